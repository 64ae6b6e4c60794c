#include "metrics/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <sstream>

#include "ipc/base/codec.h"
#include "metrics/instruments.h"

namespace status::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Snapshot counter(const std::string& name, double value, Labels labels = {}) {
  Sample sample;
  sample.labels = std::move(labels);
  sample.value = value;
  return {{name, "Help.", Kind::counter, {}, {sample}}};
}

Snapshot gauge(const std::string& name, double value) {
  Snapshot snapshot = counter(name, value);
  snapshot[0].kind = Kind::gauge;
  return snapshot;
}

Snapshot histogram(const std::string& name, std::uint64_t below, std::uint64_t count, double sum, Labels labels = {}) {
  Sample sample;
  sample.labels = std::move(labels);
  sample.count = count;
  sample.sum = sum;
  sample.buckets = {below};
  return {{name, "Help.", Kind::histogram, {0.5}, {sample}}};
}

class ExpositionTest : public ::testing::Test {
 protected:
  ExpositionTest() {
    exposition_.set_row({"chat", "chat team", "ready"});
    exposition_.set_row({"waku", "waku team", "backoff", true});
  }
  void update(std::string_view module, std::uint64_t generation, Snapshot snapshot) {
    exposition_.update(module, generation, std::move(snapshot), clock_.monotonic());
  }
  std::string text() { return exposition_.text(clock_.monotonic()); }

  FakeClock clock_;
  Exposition exposition_;
};

TEST_F(ExpositionTest, RowsSayWhoIsUp) {
  exposition_.restarted("waku", "signal");
  exposition_.restarted("waku", "signal");
  const std::string shown = text();
  EXPECT_THAT(shown, HasSubstr("status_module_up{module=\"chat\",owner=\"chat team\"} 1\n"));
  EXPECT_THAT(shown, HasSubstr("status_module_up{module=\"waku\",owner=\"waku team\"} 0\n"));
  EXPECT_THAT(shown, HasSubstr("status_module_state{module=\"waku\",state=\"backoff\"} 1\n"));
  EXPECT_THAT(shown, HasSubstr("status_module_state{module=\"waku\",state=\"ready\"} 0\n"));
  EXPECT_THAT(shown, HasSubstr("status_module_locked{module=\"waku\"} 1\n"));
  EXPECT_THAT(shown, HasSubstr("status_module_restarts_total{cause=\"signal\",module=\"waku\"} 2\n"));
  EXPECT_THAT(shown, HasSubstr("# HELP status_module_restarts_total Restarts since the node started.\n"));
  EXPECT_THAT(shown, HasSubstr("# TYPE status_module_restarts_total counter\n"));
}

TEST_F(ExpositionTest, RowsSayHowTheModulesAreAndWhatTheyTake) {
  ModuleRow row{.name = "waku", .owner = "waku team", .state = "backoff"};
  row.generation = 12;
  row.next_attempt_ms = 1'700'000'000'500;
  row.anonymous_bytes = 4'096;
  row.cpu_seconds = 1.5;
  row.run_delay_seconds = 0.25;
  row.last_crash = {"signal 9 (SIGKILL)", 1'700'000'000'000};
  exposition_.set_row(row);
  exposition_.set_supervisor({.loop_lag_seconds = 0.002, .cpu_seconds = 7, .anonymous_bytes = 8'192});
  const std::string shown = text();
  for (const char* line : {"status_module_generation{module=\"waku\"} 12\n",
                           "status_module_next_attempt_timestamp_seconds{module=\"waku\"} 1700000000.5\n",
                           "status_module_anonymous_memory_bytes{module=\"waku\"} 4096\n",
                           "status_module_cpu_seconds_total{module=\"waku\"} 1.5\n",
                           "status_module_run_delay_seconds_total{module=\"waku\"} 0.25\n",
                           "status_module_last_crash_timestamp_seconds{cause=\"signal 9 (SIGKILL)\",module=\"waku\"} "
                           "1700000000\n",
                           "status_supervisor_loop_lag_seconds 0.002\n", "status_supervisor_cpu_seconds_total 7\n"}) {
    EXPECT_THAT(shown, HasSubstr(line));
  }
  EXPECT_THAT(shown, Not(HasSubstr("status_module_start_duration_seconds{module=\"waku\"}"))) << "it is not up";
}

TEST_F(ExpositionTest, SeriesCarryTheirReporter) {
  update("chat", 1, counter("a_total", 3, {{"kind", "x"}}));
  update("waku", 1, counter("a_total", 4, {{"kind", "x"}, {"module", "chat"}}));
  const std::string shown = text();
  EXPECT_THAT(shown, HasSubstr("a_total{kind=\"x\",module=\"chat\"} 3\n"));
  EXPECT_THAT(shown, HasSubstr("a_total{kind=\"x\",module=\"waku\"} 4\n")) << "nobody speaks for another";
  EXPECT_THAT(shown, HasSubstr("# HELP a_total Help.\n"));
}

TEST_F(ExpositionTest, CallersViewKeepsTheModuleCalledAndAddsUp) {
  const Labels callee{{"method", "send"}, {"module", "keys"}};
  update("chat", 1, histogram("status_rpc_duration_seconds", 1, 2, 1.5, callee));
  update("waku", 1, histogram("status_rpc_duration_seconds", 1, 1, 0.25, callee));
  std::string shown = text();
  EXPECT_THAT(shown, HasSubstr("status_rpc_duration_seconds_count{method=\"send\",module=\"keys\"} 3\n"));
  EXPECT_THAT(shown, HasSubstr("status_rpc_duration_seconds_sum{method=\"send\",module=\"keys\"} 1.75\n"));
  EXPECT_THAT(shown, HasSubstr("status_rpc_duration_seconds_bucket{method=\"send\",module=\"keys\",le=\"0.5\"} 2\n"));
  EXPECT_THAT(shown, HasSubstr("status_rpc_duration_seconds_bucket{method=\"send\",module=\"keys\",le=\"+Inf\"} 3\n"));
  update("chat", 1, counter("status_rpc_requests_total", 1, {{"caller", "waku"}, {"module", "keys"}}));
  shown = text();
  EXPECT_THAT(shown, HasSubstr("status_rpc_requests_total{caller=\"chat\",module=\"keys\"} 1\n"));
}

// The wait for an answer is the callee's, as its caller saw it; all other stages are what the callee says of itself.
TEST_F(ExpositionTest, TheStageReplyKeepsTheModuleCalled) {
  Registry registry;
  RpcInstruments rpc(registry, "chat");
  ipc::FinishedRequest asked;
  asked.target = "keys";
  asked.method = "keys.database";
  asked.total_ns = 3'000'000;
  asked.reply_ns = 2'000'000;
  rpc.finished(asked);
  ipc::FinishedCall answered;
  answered.method = "chat.send";
  answered.stages.handler_ns = 500'000'000;
  rpc.finished(answered);
  update("chat", 1, registry.collect());
  const std::string shown = text();
  const std::string seconds = "status_rpc_stage_seconds_total";
  EXPECT_THAT(shown, HasSubstr(seconds + "{method=\"database\",module=\"keys\",stage=\"reply\"} 0.002"));
  EXPECT_THAT(shown, HasSubstr("status_rpc_stage_duration_seconds_count{module=\"keys\",stage=\"reply\"} 1\n"));
  EXPECT_THAT(shown, HasSubstr(seconds + "{method=\"send\",module=\"chat\",stage=\"handler\"} 0.5"));
  EXPECT_THAT(shown, Not(HasSubstr("module=\"chat\",stage=\"reply\"")));
  // Who claims another stage for somebody else speaks for itself.
  update("waku", 1, counter("status_rpc_stage_seconds_total", 7, {{"module", "keys"}, {"stage", "handler"}}));
  EXPECT_THAT(text(), HasSubstr("status_rpc_stage_seconds_total{module=\"waku\",stage=\"handler\"} 7\n"));
}

TEST_F(ExpositionTest, CountersNeverFall) {
  update("chat", 1, counter("a_total", 10));
  exposition_.ended("chat", 1);
  EXPECT_THAT(text(), HasSubstr("a_total{module=\"chat\"} 10\n"));
  update("chat", 1, counter("a_total", 10));
  EXPECT_THAT(text(), HasSubstr("a_total{module=\"chat\"} 10\n")) << "a late answer of the dead is not counted twice";
  update("chat", 2, counter("a_total", 3));
  EXPECT_THAT(text(), HasSubstr("a_total{module=\"chat\"} 13\n"));
  update("chat", 4, counter("a_total", 1));
  EXPECT_THAT(text(), HasSubstr("a_total{module=\"chat\"} 14\n")) << "a death that nobody told of";
  update("chat", 3, counter("a_total", 100));
  EXPECT_THAT(text(), HasSubstr("a_total{module=\"chat\"} 14\n"));
}

// Sums of fractions depend on their order: the end of a generation must not change it.
TEST_F(ExpositionTest, CountersDoNotFallByTheirLastDigitEither) {
  const Labels keys{{"method", "x"}, {"module", "keys"}};
  const auto seconds = [&] {
    const std::string shown = text();
    const std::string name = "status_rpc_duration_seconds_sum{method=\"x\",module=\"keys\"} ";
    return std::stod(shown.substr(shown.find(name) + name.size()));
  };
  std::uint64_t generation = 1;
  for (int i = 1; i <= 200; ++i) {
    update("chat", 1, histogram("status_rpc_duration_seconds", 1, 1, 0.1 * i, keys));
    update("waku", generation, histogram("status_rpc_duration_seconds", 1, 1, 0.7 / i, keys));
    const double before = seconds();
    exposition_.ended("waku", generation++);
    ASSERT_GE(seconds(), before) << i;
  }
}

TEST_F(ExpositionTest, HistogramsOfGenerationsAddUpAndGaugesEnd) {
  update("chat", 1, histogram("h", 1, 2, 1.0));
  update("chat", 2, histogram("h", 3, 3, 0.5));
  EXPECT_THAT(text(), HasSubstr("h_bucket{module=\"chat\",le=\"0.5\"} 4\n"));
  EXPECT_THAT(text(), HasSubstr("h_count{module=\"chat\"} 5\n"));
  update("waku", 1, gauge("g", 5));
  EXPECT_THAT(text(), HasSubstr("g{module=\"waku\"} 5\n"));
  exposition_.ended("waku", 1);
  EXPECT_THAT(text(), Not(HasSubstr("g{module=\"waku\"}")));
}

// What a gateway that is killed leaves to the next one.
TEST_F(ExpositionTest, AnotherOneGoesOnFromItsState) {
  update("chat", 1, counter("a_total", 10, {{"kind", "x"}}));
  update("chat", 2, counter("a_total", 0.5, {{"kind", "x"}}));
  update("waku", 7, histogram("h", 1, 2, 1.5));
  clock_.advance(std::chrono::milliseconds(2500));
  Exposition next;
  const Status restored = next.restore(exposition_.state());
  ASSERT_TRUE(restored) << restored.error().describe();
  EXPECT_EQ(next.state(), exposition_.state());
  next.set_row({"chat", "chat team", "ready"});
  next.set_row({"waku", "waku team", "backoff", true});
  EXPECT_EQ(next.text(clock_.monotonic()), text());
  next.update("chat", 2, counter("a_total", 3, {{"kind", "x"}}), clock_.monotonic());
  EXPECT_THAT(next.text(clock_.monotonic()), HasSubstr("a_total{kind=\"x\",module=\"chat\"} 13\n"));
  next.ended("waku", 8);  // it died, and so did its successor before anybody asked it
  next.update("waku", 8, histogram("h", 9, 9, 9), clock_.monotonic());
  next.update("waku", 9, histogram("h", 1, 1, 1), clock_.monotonic());
  EXPECT_THAT(next.text(clock_.monotonic()), HasSubstr("h_sum{module=\"waku\"} 2.5\n"));
}

TEST_F(ExpositionTest, ADamagedStateIsNotTaken) {
  update("chat", 1, counter("a_total", 10, {{"kind", "x"}}));
  const auto damaged = [&](std::size_t part, Value value) {
    Value state = exposition_.state();
    Value& family = state.find("modules")->as_array()->front().find("current")->as_array()->front();
    family.as_array()->at(part) = std::move(value);
    return state;
  };
  const auto text_of = [](std::string_view text) { return Value(to_bytes(as_bytes(text))); };
  Value without = exposition_.state();
  without.find("modules")->as_array()->back().set("ended", Bytes{0xc1});
  const Bytes infinite{0, 0, 0, 0, 0, 0, 0xf0, 0x7f};
  const Value bad[] = {Value(),
                       without,
                       damaged(0, "a total"),
                       damaged(0, "status_module_up"),
                       damaged(2, "sum"),
                       damaged(3, Value::array({1})),
                       damaged(4, text_of("kind=\"x\"")),
                       damaged(4, text_of("kind=x\n")),
                       damaged(4, text_of("kind=\"x\"\nkind=\"y\"\n")),
                       damaged(5, Bytes(7)),
                       damaged(5, infinite)};
  for (const Value& state : bad) {
    Exposition next;
    const Status restored = next.restore(state);
    ASSERT_FALSE(restored) << to_json(state);
    EXPECT_EQ(restored.error().reason, "metrics.bad_snapshot");
    next.set_row({"chat", "chat team", "ready"});
    EXPECT_THAT(next.text(clock_.monotonic()), Not(HasSubstr("a_total")));
  }
  EXPECT_TRUE(Exposition().restore(damaged(4, text_of("kind=\"y\"\n"))));
}

TEST_F(ExpositionTest, OldFiguresSayTheirAge) {
  update("chat", 1, counter("a_total", 1));
  clock_.advance(std::chrono::milliseconds(2500));
  EXPECT_THAT(text(), HasSubstr("status_module_snapshot_age_seconds{module=\"chat\"} 2.5\n"));
  EXPECT_THAT(text(), Not(HasSubstr("status_module_snapshot_age_seconds{module=\"waku\"}")));
}

TEST_F(ExpositionTest, ModulesWithoutARowAreNotShown) {
  update("stranger", 1, counter("a_total", 1));
  EXPECT_THAT(text(), Not(HasSubstr("stranger")));
  exposition_.remove_row("chat");
  EXPECT_THAT(text(), Not(HasSubstr("module=\"chat\"")));
}

TEST_F(ExpositionTest, NamesOfTheSupervisorAreReserved) {
  update("waku", 1, counter("status_module_restarts_total", 99));
  update("chat", 1, gauge("status_module_up", 0));
  EXPECT_THAT(text(), Not(HasSubstr("99")));
  EXPECT_THAT(text(), Not(HasSubstr("status_module_up{module=\"chat\"} 0")));
}

TEST_F(ExpositionTest, OneNameOneKind) {
  update("chat", 1, counter("a", 1));
  update("waku", 1, gauge("a", 2));
  EXPECT_THAT(text(), HasSubstr("a{module=\"chat\"} 1\n"));
  EXPECT_THAT(text(), Not(HasSubstr("a{module=\"waku\"}")));
}

TEST_F(ExpositionTest, SummariesKeepTheirSumsAndLoseTheirQuantiles) {
  Sample sample;
  sample.count = 2;
  sample.sum = 0.5;
  sample.quantiles = {0.25, std::numeric_limits<double>::quiet_NaN()};
  const Snapshot summary = {{"s", "Help.", Kind::summary, {0.5, 0.99}, {sample}}};
  update("chat", 1, summary);
  EXPECT_THAT(text(), HasSubstr("# TYPE s summary\ns{module=\"chat\",quantile=\"0.5\"} 0.25\n"
                                "s_sum{module=\"chat\"} 0.5\ns_count{module=\"chat\"} 2\n"));
  exposition_.ended("chat", 1);
  EXPECT_THAT(text(), Not(HasSubstr("quantile=")));
  EXPECT_THAT(text(), HasSubstr("s_count{module=\"chat\"} 2\n"));
  Exposition next;
  ASSERT_TRUE(next.restore(exposition_.state()));
  update("chat", 2, summary);
  EXPECT_THAT(text(), HasSubstr("s{module=\"chat\",quantile=\"0.5\"} 0.25\n"));
  EXPECT_THAT(text(), HasSubstr("s_count{module=\"chat\"} 4\n"));
}

TEST_F(ExpositionTest, UntypedNumbersAreThoseOfOneProcess) {
  Snapshot untyped = counter("u", -7);
  untyped[0].kind = Kind::untyped;
  update("chat", 1, untyped);
  EXPECT_THAT(text(), HasSubstr("# TYPE u untyped\nu{module=\"chat\"} -7\n"));
  exposition_.ended("chat", 1);
  EXPECT_THAT(text(), Not(HasSubstr("# TYPE u")));
}

// A page in which a histogram's lines have a head of their own beside it is refused as a whole.
TEST_F(ExpositionTest, NobodyTakesTheNamesOfAHistogramsLines) {
  update("chat", 1, histogram("h", 1, 2, 1.0));
  update("waku", 1, counter("h_count", 99));
  EXPECT_THAT(text(), HasSubstr("h_count{module=\"chat\"} 2\n"));
  EXPECT_THAT(text(), Not(HasSubstr("99")));
  EXPECT_THAT(text(), Not(HasSubstr("# TYPE h_count")));
}

TEST_F(ExpositionTest, ANewVersionsShapeEndsTheSumsOfTheOlder) {
  update("chat", 1, counter("a", 1));
  update("chat", 2, histogram("a", 1, 2, 1.0));
  EXPECT_THAT(text(), HasSubstr("# TYPE a histogram\n"));
  update("chat", 3, histogram("a", 1, 2, 1.0));
  EXPECT_THAT(text(), HasSubstr("a_count{module=\"chat\"} 4\n"));
}

TEST_F(ExpositionTest, NumbersReadBackAsTheSame) {
  for (const double value : {0.1, 1.0 / 3, 1e-9, 123456789.123456789, 1e15, 1e21, -0.5}) {
    update("chat", 1, gauge("g", value));
    const std::string shown = text();
    const std::string name = "g{module=\"chat\"} ";
    EXPECT_EQ(std::stod(shown.substr(shown.find(name) + name.size())), value);
  }
  update("chat", 1, gauge("g", 1'700'000'000'123));
  EXPECT_THAT(text(), HasSubstr("g{module=\"chat\"} 1700000000123\n"));
}

// Bounds are labels: rules and dashboards name them.
TEST_F(ExpositionTest, BoundsAreWrittenOut) {
  Sample sample;
  sample.buckets = {0, 0, 0, 0};
  update("chat", 1, {{"h", "Help.", Kind::histogram, {0.00025, 0.0005, 1, 2.5}, {sample}}});
  for (const char* bound : {"0.00025", "0.0005", "1", "2.5", "+Inf"}) {
    EXPECT_THAT(text(), HasSubstr("le=\"" + std::string(bound) + "\"} 0\n"));
  }
}

// The text format asks for one head and all of its series behind it.
TEST_F(ExpositionTest, AllSeriesOfANameAreTogether) {
  for (const char* module : {"chat", "waku"}) {
    Snapshot mixed = counter("b_total", 1, {{"x", module}});
    for (const Snapshot& more : {histogram("a", 1, 1, 1), counter("status_rpc_requests_total", 2, {{"code", "OK"}})}) {
      mixed.push_back(more[0]);
    }
    update(module, 1, mixed);
    exposition_.ended(module, 1);
    update(module, 2, mixed);
  }
  std::istringstream lines(text());
  std::set<std::string> seen;
  std::string family;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(seen.insert(family).second) << family << " has two heads";
    }
    EXPECT_TRUE(line.starts_with("# ") || line.starts_with(family)) << line << " under " << family;
  }
  EXPECT_TRUE(seen.contains("a") && seen.contains("b_total") && seen.contains("status_rpc_requests_total"));
}

TEST_F(ExpositionTest, LabelValuesAreEscaped) {
  update("chat", 1, counter("a_total", 1, {{"x", "a\"b\\c\nd"}}));
  EXPECT_THAT(text(), HasSubstr("x=\"a\\\"b\\\\c\\nd\""));
}

TEST_F(ExpositionTest, StandardInstrumentsOfANode) {
  Instruments instruments({.module = "chat", .version = "1"});
  update("chat", 1, instruments.registry().collect());
  update("waku", 1, instruments.registry().collect());
  const std::string shown = text();
  EXPECT_THAT(shown, HasSubstr("process_threads{module=\"chat\"} "));
  EXPECT_THAT(shown, HasSubstr("status_build_info{module=\"waku\",revision=\"\",version=\"1\"} 1\n"));
  EXPECT_LT(std::ranges::count(shown, '\n'), 300);
}

}  // namespace
}  // namespace status::metrics
