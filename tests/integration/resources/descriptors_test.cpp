// No descriptor left, no process allowed: what is refused is tried again, and nothing that runs is lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "tests/chaos/steadiness.h"
#include "tests/support/process_node.h"

namespace status::test {
namespace {

// While it lives, another process may have no more of that than it has.
class Squeeze {
 public:
  Squeeze(pid_t pid, __rlimit_resource resource) : pid_(pid), resource_(resource) {
    ::prlimit(pid_, resource_, nullptr, &before_);
    const rlimit none{1, before_.rlim_max};
    squeezed_ = ::prlimit(pid_, resource_, &none, nullptr) == 0;
  }
  ~Squeeze() { ::prlimit(pid_, resource_, &before_, nullptr); }
  Squeeze(const Squeeze&) = delete;
  Squeeze& operator=(const Squeeze&) = delete;
  explicit operator bool() const { return squeezed_; }

 private:
  const pid_t pid_;
  const __rlimit_resource resource_;
  rlimit before_{};
  bool squeezed_ = false;
};

struct Shortage {
  __rlimit_resource resource;
  const char* name;
  const char* error;  // what people read
};

void PrintTo(const Shortage& shortage, std::ostream* out) { *out << shortage.name; }

class Statusd : public testing::TestWithParam<Shortage> {};

TEST_P(Statusd, ThatCannotSpawnTriesAgainAndLeaksNothing) {
  if (::geteuid() == 0 && GetParam().resource == RLIMIT_NPROC) GTEST_SKIP() << "root may always fork";
  TestNode node(TestNode::bare({"restart.backoff_ms=20", "restart.backoff_max_ms=50", "restart.budget=0"}));
  node.add_fake_module("a", {.requires_ = {"b"}});
  node.add_fake_module("b");
  node.start();
  ASSERT_TRUE(node.wait_for("a: starting → ready"));
  const ProcessHandle other(node.pid_of("b"));
  const auto descriptors = chaos::descriptors_of(node.statusd().pid());
  const auto memory_kib = chaos::anonymous_kib_of(node.statusd().pid());
  ASSERT_TRUE(descriptors && memory_kib);
  {
    const Squeeze squeeze(node.statusd().pid(), GetParam().resource);
    ASSERT_TRUE(squeeze);
    ::kill(node.pid_of("a"), SIGKILL);
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(node.wait_for(GetParam().error)) << node.statusd().output();
    EXPECT_TRUE(other.alive()) << "nobody else suffers";
  }
  ASSERT_TRUE(node.wait_for("a: starting → ready")) << node.statusd().output();
  EXPECT_EQ(chaos::descriptors_of(node.statusd().pid()), descriptors);
  EXPECT_LE(*chaos::anonymous_kib_of(node.statusd().pid()), *memory_kib + 1'024);
  EXPECT_EQ(node.stop(), 0);
}

INSTANTIATE_TEST_SUITE_P(Resources, Statusd,
                         testing::Values(Shortage{RLIMIT_NPROC, "fork_refused", "Resource temporarily unavailable"},
                                         Shortage{RLIMIT_NOFILE, "no_descriptors", "Too many open files"}),
                         [](const auto& shortage) { return std::string(shortage.param.name); });

TEST(Gateway, WithoutDescriptorsServesWhoIsThereAndNewOnesOnceItHasSome) {
  ProcessNode node({.settings = without_backoff({"modules=[]"})});
  ASSERT_TRUE(node.start()) << node.report();
  const auto gateway = node.process_of("gateway");
  ASSERT_TRUE(gateway.has_value());
  {
    const Squeeze squeeze(gateway->pid(), RLIMIT_NOFILE);
    ASSERT_TRUE(squeeze);
    const auto late = node.open_front();
    const auto refused = late->call("supervisor.modules", Value::Map(), {.deadline_ms = 500});
    ASSERT_FALSE(refused) << "it has no descriptor for one more";
    EXPECT_THAT(refused.error().code, testing::AnyOf(Code::unavailable, Code::deadline_exceeded));
    for (int i = 0; i < 100; ++i) {
      const auto served = node.front().call("supervisor.modules");
      ASSERT_TRUE(served) << served.error().describe();
    }
  }
  const auto late = node.open_front();
  const auto served = late->insist("supervisor.modules", Value::Map(), "", kPatience);
  EXPECT_TRUE(served) << served.error().describe();
  EXPECT_EQ(node.row("gateway")->generation, 1u) << "nobody had to restart it";
  EXPECT_TRUE(node.stop());
}

}  // namespace
}  // namespace status::test
