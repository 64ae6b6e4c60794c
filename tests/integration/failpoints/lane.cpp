#include "tests/integration/failpoints/lane.h"

#include <chrono>
#include <optional>

#include "tests/fixtures/failing/failpoints.h"

namespace status::failpoints {
namespace {

// What the supervisor says of the module's last death.
struct Death {
  std::string cause;
  std::int64_t back_ms = 0;  // until it was ready again
};

std::optional<Death> last_death(test::Node& node, const std::string& module) {
  const auto row = node.front().call("supervisor.module", Value::map({{"name", module}}));
  const Value* exit = row ? row->find("last_exit") : nullptr;
  if (exit == nullptr) return std::nullopt;
  return Death{exit->string_or("cause", ""), row->int_or("ready_ms", 0) - exit->int_or("time_ms", 0)};
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
  const auto before = node.row(point.module);
  if (!before) return before.error().describe();
  const auto deadline = std::chrono::steady_clock::now() + test::kPatience;
  node_.arm(point.module, point.name);
  const auto dead = [&] { return !node_.armed(point.module, point.name); };
  for (bool restarted = false; !dead(); restarted = true) {
    if (std::chrono::steady_clock::now() > deadline) return "it was not passed";
    if (restarted) {
      (void)node.front().call("supervisor.restart", Value::map({{"module", restarted_for(point.module)}}));
    }
    repertoire_.round(point.module, dead);
  }
  const auto all_back = [&](const test::Row& row) {
    return test::usable(row) && (row.name != point.module || row.generation > before->generation);
  };
  if (Status back = node.await_rows(all_back); !back) return back.error().describe();
  const std::optional<Death> death = last_death(node, point.module);
  if (!death) return "the supervisor knows of no death";
  if (death->cause != "exit " + std::to_string(failing::kExitCode)) return "it died of something else: " + death->cause;
  if (!repertoire_.exchange()) return "afterwards no message arrives";
  timeline_.say(node_.name() + "  " + point.module + "  " + point.name + "  died, back after " +
                std::to_string(death->back_ms) + " ms");
  return {};
}

}  // namespace status::failpoints
