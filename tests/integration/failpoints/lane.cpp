#include "tests/integration/failpoints/lane.h"

#include <chrono>

#include "tests/fixtures/failing/failpoints.h"

namespace status::failpoints {
namespace {

// The module's death at a failpoint.
test::EventLog::Match death_of(const std::string& module) {
  return [module, cause = "exit " + std::to_string(failing::kExitCode)](const test::EventLog::Event& event) {
    return event.topic == "supervisor.module_state" && event.data.string_or("module", "") == module &&
           event.data.string_or("cause", "") == cause;
  };
}

// What is passed only at a start: keys is asked for a key when another module starts.
const std::string& restarted_for(const std::string& module) {
  static const std::string kChat = "chat";
  return module == "keys" ? kChat : module;
}

}  // namespace

Lane::Lane(FailingNode& node, Repertoire& repertoire, std::vector<Point> points, const chaos::Timeline& timeline)
    : node_(node), repertoire_(repertoire), points_(std::move(points)), timeline_(timeline), thread_([this] {
        run();
      }) {}

Lane::~Lane() { finish(); }

const std::vector<std::string>& Lane::finish() {
  if (thread_.joinable()) thread_.join();
  return troubles_;
}

void Lane::run() {
  for (const Point& point : points_) {
    const std::string trouble = die_at(point);
    if (trouble.empty()) continue;
    troubles_.push_back(node_.name() + ": " + point.module + " " + point.name + ": " + trouble);
    return;
  }
}

std::string Lane::die_at(const Point& point) {
  test::ProcessNode& node = node_.node();
  const std::size_t seen = node.events().size();
  const auto deadline = std::chrono::steady_clock::now() + test::kPatience;
  node_.arm(point.module, point.name);
  const auto dead = [&] { return !node_.armed(point.module, point.name); };
  for (bool restarted = false; !dead(); restarted = true) {
    if (std::chrono::steady_clock::now() > deadline)
      return "it was not passed; if there is no such point any more, UPDATE_FAILPOINTS=1 writes the list anew";
    if (restarted) {
      (void)node.front().call("supervisor.restart", Value::map({{"module", restarted_for(point.module)}}));
    }
    repertoire_.round(point.module, dead);
  }
  const auto death = node.events().wait_for(death_of(point.module), test::kPatience, seen);
  if (!death) return "the supervisor knows of no such death";
  const auto ready = test::EventLog::state(point.module, "ready", death->generation);
  const auto back = node.events().wait_for(ready, test::kPatience, seen);
  if (!back) return "the module does not come back";
  if (Status all = node.await_rows(test::usable); !all) return all.error().describe();
  if (!repertoire_.exchange()) return "afterwards no message arrives";
  timeline_.say(node_.name() + "  " + point.module + "  " + point.name + "  died, back after " +
                std::to_string(back->time_ms - death->time_ms) + " ms");
  return {};
}

}  // namespace status::failpoints
