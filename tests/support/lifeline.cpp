#include "tests/support/lifeline.h"

#include <csignal>

#include "tests/support/test_node.h"

namespace status::test {

Result<double> kill_statusd_and_await_its_modules() {
  TestNode node(TestNode::bare());
  // The kernel's signal needs none of them to read anything.
  node.add_fake_module("a");
  node.add_fake_module("b", {.settings = "mode = \"hang\""});
  node.add_fake_module("c", {.settings = "mode = \"silent\""});
  node.start();
  const auto late = [&](const std::string& what) { return fail(Code::deadline_exceeded, "test.late", what); };
  if (!node.wait_for("a: starting → ready") || !wait_for_file(node.path("profiles/default/b/report.json"), kPatience) ||
      !wait_for_file(node.path("profiles/default/c/report.json"), kPatience)) {
    return late("the modules do not come up:\n" + node.statusd().output());
  }
  std::vector<ProcessHandle> modules;
  for (const char* name : {"a", "b", "c"}) {
    modules.emplace_back(node.pid_of(name));
    if (!modules.back().alive()) return late(std::string(name) + " is dead already");
  }
  const auto start = std::chrono::steady_clock::now();
  node.statusd().signal(SIGKILL);
  for (const ProcessHandle& module : modules) {
    if (!module.wait_gone(kPatience)) return late("a module outlives its statusd");
  }
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace status::test
