// From a file to a node that runs, and back: what is refused before anything of the library runs, what becomes of a
// start that fails, what the library prints, and how it ends.
#include <gmock/gmock.h>

#include <iterator>
#include <sstream>

#include "ipc/base/codec.h"
#include "tests/integration/native/native_node.h"
#include "tests/support/scrape.h"

namespace status::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// A node whose waku_native does not come up: what statusd says of it.
std::string last_words(NativeNode& node, const std::string& state) {
  node->statusd().start();
  const auto line = node->statusd().wait_for("waku_native: starting → " + state);
  EXPECT_TRUE(line) << node->report();
  return node->report();
}

struct Refusal {
  const char* name;
  NativeOptions options;
  const char* reason;
  const char* message;
};

class NativeRefusals : public testing::TestWithParam<Refusal> {};

TEST_P(NativeRefusals, OfAnotherLibraryThanWasAskedForIsASentenceAndNoRestart) {
  NativeNode node(GetParam().options);
  EXPECT_THAT(last_words(node, "failed"), AllOf(HasSubstr(GetParam().reason), HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(Of, NativeRefusals,
                         testing::Values(Refusal{"GenerationC",
                                                 {.library = "fixture_delivery_c"},
                                                 "native.unknown_generation",
                                                 "is of generation C or of an early D"},
                                         Refusal{"GenerationA",
                                                 {.library = "fixture_waku_a", .family = "waku", .generation = "B"},
                                                 "native.unknown_generation",
                                                 "is of generation A"},
                                         Refusal{"AnotherLibrary",
                                                 {.library = "fixture_waku_b"},
                                                 "native.unknown_generation",
                                                 "exports nothing of liblogosdelivery"},
                                         Refusal{"AnotherGeneration",
                                                 {.library = "fixture_delivery_b"},
                                                 "native.wrong_generation",
                                                 "is of generation B, and the configuration says `D`"},
                                         Refusal{"AnotherVersion",
                                                 {.settings = {"version = \"v0.40.0\""}},
                                                 "native.wrong_version",
                                                 "is version `v0.39.0`, and the configuration says `v0.40.0`"},
                                         Refusal{"AnUnknownFamily",
                                                 {.family = "storage"},
                                                 "native.unknown_family",
                                                 "there are `delivery`, `verifproxy` and `waku`"},
                                         Refusal{
                                             "AnUnknownSetting", {.settings = {"versoin = \"\""}}, "ipc.", "versoin"}),
                         [](const auto& instance) { return std::string(instance.param.name); });

struct FailedStart {
  const char* name;
  const char* quirk;
  std::vector<std::string> settings;
  const char* message;
};

class NativeStarts : public testing::TestWithParam<FailedStart> {};

TEST_P(NativeStarts, ThatFailIsTriedAgain) {
  NativeNode node({.quirks = {GetParam().quirk}, .settings = GetParam().settings});
  EXPECT_THAT(last_words(node, "backoff"), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, NativeStarts,
    testing::Values(FailedStart{"Refused", "fails_to_create", {}, "logosdelivery_create_node: unknown key"},
                    FailedStart{"InUse", "fails_to_start", {}, "logosdelivery_start_node: address in use"},
                    FailedStart{"Unanswered",
                                "never_starts",
                                {"start_within_ms = 200"},
                                "the library has not answered logosdelivery_start_node in time"},
                    FailedStart{"Hung",
                                "hangs_in_create",
                                {"return_within_ms = 200"},
                                "the library has not returned from logosdelivery_create_node"}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST(NativeLife, WhatALibraryPrintsAreLinesOfTheModulesLog) {
  NativeNode node({.quirks = {"noisy"}});
  ASSERT_TRUE(node.start()) << node->report();
  ASSERT_TRUE(node.send("noisy"));
  ASSERT_TRUE(node.send(""));
  EXPECT_TRUE(node->stop());
  const std::string log = read_file(node->data_dir() + "/logs/waku_native.log");
  EXPECT_THAT(log, HasSubstr("\"message\":\"INF 2026-01-01 a line of the library's log\""));
  EXPECT_THAT(log, HasSubstr("{\"lvl\":\"INF\",\"msg\":\"a line in JSON\",\"time_ms\":"));
  EXPECT_THAT(log, HasSubstr("\"message\":\"WRN a warning of the library\""));
  EXPECT_THAT(log, HasSubstr("no end of line"));
  EXPECT_THAT(log, HasSubstr("\"message\":\"stopped\"")) << "a line of ours behind one without an end";
}

// Both what libraries would read settings from and what is nobody's business, secrets among it.
TEST(NativeLife, ALibrarySeesOfTheEnvironmentOnlyWhatIsAllowed) {
  NativeNode node({.quirks = {"shows_environment"},
                   .environment = {"CODEX_DATA_DIR=/x", "NIMBUS_NETWORK=x", "STORAGE_QUOTA=1", "WAKUNODE2_TCP_PORT=1",
                                   "AWS_SECRET_ACCESS_KEY=x", "HOME=/root", "LANG=C.UTF-8"}});
  ASSERT_TRUE(node.start()) << node->report();
  ASSERT_TRUE(node.wait_for_log("end of it"));
  const std::string log = read_file(node->data_dir() + "/logs/waku_native.log");
  const std::size_t begin = log.find("environment:");
  std::istringstream line(log.substr(begin, log.find(" end of it") - begin));
  const std::vector<std::string> seen{std::istream_iterator<std::string>(line), {}};
  const std::vector<std::string> allowed = {"environment:", "LANG",          "PATH",         "TZ",
                                            "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"};
  EXPECT_THAT(seen, testing::IsSubsetOf(allowed));
  EXPECT_THAT(seen, testing::Contains("LANG")) << "this is the environment";
  EXPECT_TRUE(node->stop());
}

// The library would have half a minute to start.
TEST(NativeLife, OneThatTakesLongToStartIsAnsweredForAndCanBeStopped) {
  NativeNode node({.quirks = {"never_starts"}});
  node->statusd().start();
  ASSERT_TRUE(node->statusd().wait_for("waku_native: stopped → starting")) << node->report();
  ASSERT_TRUE(node->statusd().wait_for("echo_a: starting → ready")) << node->report();
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(node->statusd().stop(), 0) << node->report();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(15));
  EXPECT_EQ(read_file(node->data_dir() + "/crash/waku_native/1.json"), "") << "it was asked to stop, and has stopped";
}

TEST(NativeLife, ADestroyThatTakesFifteenSecondsIsWaitedFor) {
  NativeNode node({.quirks = {"slow_destroy"}});
  ASSERT_TRUE(node.start()) << node->report();
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(node->stop()) << node->report();
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::seconds(15));
  const std::string log = read_file(node->data_dir() + "/logs/waku_native.log");
  EXPECT_THAT(log, AllOf(HasSubstr("\"message\":\"stopped\""), Not(HasSubstr("left behind"))));
}

TEST(NativeLife, ADestroyThatDoesNotReturnIsLeftBehind) {
  NativeNode node({.quirks = {"hangs_in_destroy"}, .settings = {"destroy_within_ms = 200"}});
  ASSERT_TRUE(node.start()) << node->report();
  EXPECT_TRUE(node->stop()) << node->report();
  const std::string log = read_file(node->data_dir() + "/logs/waku_native.log");
  EXPECT_THAT(log, AllOf(HasSubstr("the node is left behind"), HasSubstr("\"message\":\"stopped\"")));
  EXPECT_EQ(read_file(node->data_dir() + "/crash/waku_native/1.json"), "") << "it was asked to stop, and has stopped";
}

TEST(NativeLife, ItsProcessHasTheLibraryAndNeitherADatabaseNorOpenSsl) {
  NativeNode node;
  ASSERT_TRUE(node.start()) << node->report();
  const std::string maps = read_file("/proc/" + std::to_string(node->row("waku_native")->pid) + "/maps");
  EXPECT_THAT(maps, HasSubstr(node.library_path()));
  EXPECT_LE(node.info().uint_or("threads", 99), 16U + 2U) << "two are the library's";
  const std::string status = read_file("/proc/" + std::to_string(node->row("waku_native")->pid) + "/status");
  const auto anonymous = status.find("RssAnon:");
  ASSERT_NE(anonymous, std::string::npos) << status;
  if (!kSanitized) {
    EXPECT_LE(std::stoul(status.substr(anonymous + 8)), 5U * 1'024) << "KiB of an idle module";
  }
  for (const char* const other : {"libssl", "libcrypto", "libsqlcipher", "libsqlite3"}) {
    EXPECT_THAT(maps, Not(HasSubstr(other)));
  }
  EXPECT_TRUE(node->stop());
}

TEST(NativeLife, DescribesItselfUnderTheNameOfItsModule) {
  NativeNode node;
  ASSERT_TRUE(node.start()) << node->report();
  const auto described = node->front().call("waku_native._sys.describe");
  ASSERT_TRUE(described) << described.error().describe();
  EXPECT_EQ(described->string_or("x-module", ""), "waku_native");
  EXPECT_THAT(to_json(*described), HasSubstr(R"("name":"waku_native.call")"));
  EXPECT_TRUE(node->stop());
}

TEST(NativeLife, CallsAreMeasuredByFunctionAndTheLibrarysOwnMetricsAreShown) {
  NativeNode node;
  ASSERT_TRUE(node.start()) << node->report();
  ASSERT_TRUE(node.send(""));
  ASSERT_FALSE(node.send("fails"));
  // A page has what was collected before it, and the library is asked at each collection.
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (const char* const series :
       {R"(status_backend_calls_total{function="logosdelivery_send",module="waku_native",outcome="ok"} 1)",
        R"(status_backend_calls_total{function="logosdelivery_send",module="waku_native",outcome="error"} 1)",
        R"(status_backend_cpu_seconds_total{function="logosdelivery_send",module="waku_native"})",
        R"(status_backend_wait_seconds_total{function="logosdelivery_send",module="waku_native"})",
        R"(status_native_observations_total{module="waku_native",what="late_replies"} 0)",
        R"(logos_delivery_node_messages{module="waku_native"} 3)"}) {
    std::string page;
    while ((page = scrape(*node)).find(series) == std::string::npos) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << series << page;
    }
  }
  EXPECT_TRUE(node->stop());
}

}  // namespace
}  // namespace status::test
