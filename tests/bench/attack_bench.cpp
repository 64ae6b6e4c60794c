// attack_bench [--calls N] [--proof DIRECTORY]: what one front end feels while another misbehaves once a second, and all
// the time. Held against processes that do nothing but compute, or start and end: an attacker takes a processor, too.
#include <chrono>
#include <cstdio>
#include <thread>

#include "ipc/base/codec.h"
#include "tests/integration/attacks/neighbour.h"
#include "tests/integration/gateway/echo_node.h"
#include "tests/proof/proof.h"

namespace {

using namespace status;
using namespace std::chrono_literals;

constexpr auto kRestart = 1'000ms;

struct Attack {
  std::string name;
  std::vector<std::string> words;  // of tests/fixtures/attacker.cpp
  bool breaks_a_rule = true;
};

std::vector<Attack> attacks_on(const std::string& door, const std::string& token, const std::string& slow_token) {
  return {
      {"calls without a token", {"flood", door, "none", "supervisor.hello", "50000"}},
      {"calls over a token's rate", {"flood", door, slow_token, "supervisor.hello", "50000"}},
      {"calls over the limit in flight", {"flood", door, token, "echo_a.hold", "2000"}},
      {"polls over the limit", {"flood", door, token, "supervisor.events.next", "5000", R"({"wait_ms":30000})"}},
      {"answers that are never read", {"deaf", door, token, "supervisor.describe", "4000"}},
      {"deaths in the middle of a flood", {"dying", door, token, "echo_a.say", "500"}},
      {"connections that close at once", {"storm", door, "10000"}},
      {"connections that say nothing", {"silence", door, "500", "none"}},
      {"messages that are never finished", {"halves", door, "100", "1000000"}},
      {"calls, as many as it may", {"flood", door, token, "supervisor.hello", "50000"}, false},
  };
}

double p99(const std::vector<double>& times_ms) { return bench::percentile(times_ms, 0.99); }

double p99_beside_computing(test::Neighbour& neighbour, std::size_t calls) {
  test::ChildProcess computing({test::binary("attacker"), "computing"});
  computing.wait_for_line("", test::kPatience);
  neighbour.take(0);
  return p99(neighbour.take(calls));
}

// While that is done again and again, at once or when so long has passed since the last time.
double p99_beside(test::Neighbour& neighbour, std::vector<std::string> words, std::size_t calls,
                  std::chrono::milliseconds pace) {
  words.insert(words.begin(), test::binary("attacker"));
  neighbour.take(0);
  auto next = bench::Clock::now();
  while (neighbour.measured() < calls) {
    next += pace;
    test::ChildProcess attacker(words);
    attacker.wait_for_line("", test::kPatience);
    std::this_thread::sleep_until(next);
  }
  return p99(neighbour.take(calls));
}

Status run(proof::Proof& proof, test::EchoNode& node, std::vector<bench::Figure>& figures) {
  if (Status started = node.start(); !started) return started;
  const auto made =
      node->front().call("supervisor.create_token",
                         Value::map({{"name", "slow"}, {"methods", Value::array({"*"})}, {"rate_per_second", 10}}));
  if (!made) return fail(made.error());
  const std::string door = node->data_dir() + "/run/supervisor.sock";
  test::Neighbour neighbour(*node, "echo_b.who");
  const auto calls = static_cast<std::size_t>(proof.total());
  const double calm = p99(neighbour.take(calls));
  const double computing = p99_beside_computing(neighbour, calls);
  figures.push_back(bench::shown("others' p99, calm", "ms", calm));
  figures.push_back(bench::shown("others' p99, beside a process that computes", "ms", computing));
  const double starting = p99_beside(neighbour, {"nothing"}, calls, 0ms);
  figures.push_back(bench::shown("others' p99, beside processes that start and end", "ms", starting));
  const bench::Floor floor{std::max({calm, computing, starting}), "the worst of these three"};
  for (const Attack& attack : attacks_on(door, to_hex(node->token()), made->string_or("token", ""))) {
    const std::size_t failed_before = neighbour.failures().size();
    const double storm = p99_beside(neighbour, attack.words, calls, 0ms);
    const double beside = p99_beside(neighbour, attack.words, 3 * calls, kRestart);
    const auto failures = neighbour.failures();
    for (std::size_t i = failed_before; i < failures.size(); ++i) {
      std::fprintf(stderr, "during %s: %s\n", attack.name.c_str(), failures[i].c_str());
    }
    figures.push_back({"others' p99: " + attack.name, "ms", beside, 1.1 * floor.value, floor});
    figures.back().judged = attack.breaks_a_rule;
    figures.push_back(bench::shown("  all the time", "ms", storm));
  }
  neighbour.finish();
  proof.advance(proof.total());
  const auto failed = static_cast<double>(neighbour.failures().size());
  figures.push_back({"others' calls that failed", "", failed, 0});
  return node->stop();
}

}  // namespace

int main(int argc, char** argv) {
  proof::Proof proof("attack_bench", "calls", 3'000);
  if (const auto leave = proof.begin(argc, argv)) return *leave;
  std::vector<bench::Figure> figures;
  test::EchoNode node;
  if (Status done = run(proof, node, figures); !done) {
    std::fprintf(stderr, "%s\nattack_bench: %s\n", node->report().c_str(), done.error().describe().c_str());
    return proof::Proof::kUsage;
  }
  return proof.finish(figures);
}
