// module_bench [--json]: what a call into a library of status_module.h costs, in C and in Nim: from the host's thread
// into status_module_call and status_module_poll, and its answer back; without the host's queues and without IPC. All
// of it is one thread's processor time: nothing waits, and what else the machine does is not counted.
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string>

#include "ipc/base/cpu_scope.h"
#include "services/module_host/host_table.h"
#include "services/module_host/module_library.h"
#include "tests/bench/figures.h"

namespace status::bench {
namespace {

constexpr int kRounds = 200;
constexpr int kCalls = 500;

// A host that only looks at the answers.
class Answers final : public module_host::HostFunctions {
 public:
  void reply(std::uint64_t, std::string_view result) noexcept override {
    if (result == R"({"result":46})") ++good;
  }
  void fail(std::uint64_t, std::string_view, std::string_view, std::string_view message) noexcept override {
    std::cerr << message << "\n";
  }
  std::uint32_t remaining_ms(std::uint64_t) noexcept override { return 1'000; }
  void publish(std::string_view, std::string_view) noexcept override {}
  void count(const char*, double) noexcept override {}
  void gauge(const char*, double) noexcept override {}
  void observe(const char*, double) noexcept override {}
  void log(int, std::string_view) noexcept override {}
  void wake() noexcept override {}
  void watch(int) noexcept override {}

  int good = 0;
};

class Module {
 public:
  explicit Module(const std::string& name) : library_(load(name)) {
    const std::string config = R"({"module":"bench","data_dir":"/","settings":{}})";
    if (library_.start(config.c_str(), config.size(), table_.get()) != 0) std::abort();
  }

  // Microseconds a call, over one round.
  double round(const char* method) {
    const std::string params = R"({"a":12,"b":34})";
    answers_.good = 0;
    const std::chrono::nanoseconds begin = thread_cpu_time();
    for (int i = 0; i < kCalls; ++i) {
      const status_call call{.token = ++token_,
                             .method = method,
                             .params = params.c_str(),
                             .params_size = params.size(),
                             .deadline_ms = 1'000,
                             .caller = "bench",
                             .idempotency_key = ""};
      library_.call(&call);
      library_.poll();
    }
    const std::chrono::duration<double, std::micro> took = (thread_cpu_time() - begin) / kCalls;
    if (answers_.good != kCalls) {
      std::cerr << method << ": " << answers_.good << " of " << kCalls << " answers were right\n";
      std::exit(1);
    }
    return took.count();
  }

 private:
  static module_host::ModuleLibrary load(const std::string& name) {
    const auto bin = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    const auto file = host::native::Library::load(bin.parent_path() / "examples" / ("lib" + name + ".so"));
    const auto library =
        file ? module_host::ModuleLibrary::resolve(*file) : Result<module_host::ModuleLibrary>(fail(file.error()));
    if (library) return *library;
    std::cerr << library.error().message << "\n";
    std::exit(1);
  }

  Answers answers_;
  const module_host::HostTable table_{answers_};
  const module_host::ModuleLibrary library_;
  std::uint64_t token_ = 0;
};

std::vector<Figure> run() {
  constexpr double kMostOverC = 5;
  Module in_c("sum_module");
  Module in_nim("sums");
  std::vector<double> c, plain, async;
  std::vector<double> plain_over_c, async_over_c;
  for (int round = 0; round < kRounds; ++round) {  // beside each other: the machine's moods are everybody's
    c.push_back(in_c.round("add"));
    plain.push_back(in_nim.round("add"));
    async.push_back(in_nim.round("add_at_once"));
    plain_over_c.push_back(plain.back() - c.back());
    async_over_c.push_back(async.back() - c.back());
  }
  const Floor floor{percentile(c, 0.5), "the same in C"};
  return {shown("a call into C and back", "µs", floor.value),
          shown("a call of a Nim proc and back", "µs", percentile(plain, 0.5), floor),
          shown("a call of an async Nim proc and back", "µs", percentile(async, 0.5), floor),
          {"a Nim proc over C", "µs", percentile(plain_over_c, 0.5), kMostOverC},
          {"an async Nim proc over C", "µs", percentile(async_over_c, 0.5), kMostOverC},
          {"an async Nim proc over C, 95th of 100 rounds", "µs", percentile(async_over_c, 0.95), kMostOverC}};
}

}  // namespace
}  // namespace status::bench

int main(int argc, char** argv) {
  return status::bench::print(status::bench::run(), argc > 1 && std::strcmp(argv[1], "--json") == 0) ? 0 : 1;
}
