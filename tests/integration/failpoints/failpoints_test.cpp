// Every failpoint of keys, storage, waku and chat once, with real processes: the module dies there, comes back, and
// nothing that was acknowledged is lost or doubled.
//
// Two nodes A and B, and the list of all points beside this file:
//   start     all points of a first start are armed at B before there is a B; each is died of in turn
//   running   half of the points at A, the other half at B, one at a time at each of them, with calls of every method,
//             messages in both directions, and files
//   rare      at B, all at once: a message that goes to quarantine and comes back, and a store that is too full
// UPDATE_FAILPOINTS=1 runs the same without these deaths and writes the list anew.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>

#include "tests/chaos/history.h"
#include "tests/integration/failpoints/lane.h"

namespace status::failpoints {
namespace {

using namespace std::chrono_literals;
using test::kPatience;

constexpr const char* kPage = "before commit chat::Inbound::handle";
constexpr const char* kExpired = "after commit waku::mesh::DatabaseArchive::expire";
constexpr const char* kCountedAgain = "after commit host::PoisonGuard::open";  // a death while it was tried again

bool recording() { return std::getenv("UPDATE_FAILPOINTS") != nullptr; }

std::vector<Point> of_phase(const std::vector<Point>& points, Phase phase) {
  std::vector<Point> out;
  std::ranges::copy_if(points, std::back_inserter(out), [phase](const Point& p) { return p.phase == phase; });
  return out;
}

std::uint64_t undelivered(test::Node& node) {
  const auto listed = node.front().call("chat.list_conversations");
  const Value* conversations = listed ? listed->find("conversations") : nullptr;
  if (conversations == nullptr || conversations->as_array() == nullptr) return UINT64_MAX;
  std::uint64_t left = 0;
  for (const Value& conversation : *conversations->as_array()) left += conversation.uint_or("undelivered", 1);
  return left;
}

class Failpoints : public testing::Test {
 protected:
  void start_nodes() {
    timeline_.say("restart.backoff_ms=0 restart.budget=0 for this test; the default policy has its own tests");
    if (!recording()) arm_all(Phase::start);
    for (FailingNode* node : nodes_) {
      const Status up = node->node().start();
      // Under a sanitizer so many deaths take longer than that; what is left of them is waited for below.
      ASSERT_TRUE(up || up.error().reason == "test.late") << node->node().report();
    }
    ASSERT_TRUE(died_of_all(Phase::start)) << b_.node().report();
    ASSERT_TRUE(link(a_.node(), b_.node()));
    ASSERT_TRUE(link(b_.node(), a_.node()));
    auto talk = converse(a_.node(), b_.node());
    ASSERT_TRUE(talk) << talk.error().describe();
    talk_ = *talk;
    at_a_.emplace(Party{a_.node(), of_a_}, Party{b_.node(), of_b_}, talk_, "A");
    at_b_.emplace(Party{b_.node(), of_b_}, Party{a_.node(), of_a_}, talk_, "B");
    for (Repertoire* each : {&*at_a_, &*at_b_}) each->prepare();
    // B learns of the conversation with the first message.
    ASSERT_FALSE(at_a_->say({a_.node(), of_a_}).empty());
    const auto there = await_received(b_.node(), talk_.id, 1);
    ASSERT_TRUE(there && there->size() == 1);
  }

  void arm_all(Phase phase) {
    for (const Point& point : of_phase(points_, phase)) b_.arm(point.module, point.name);
  }
  // Some of it happens after the module is ready.
  bool died_of_all(Phase phase) {
    if (recording()) return true;
    const std::vector<Point> points = of_phase(points_, phase);
    const auto dead = [this](const Point& point) { return !b_.armed(point.module, point.name); };
    const bool all = await([&] { return std::ranges::all_of(points, dead); });
    for (const Point& point : points) {
      timeline_.say("B  " + point.module + "  " + point.name + (dead(point) ? "  died" : "  was NOT PASSED"));
    }
    // The supervisor notices a little later, and its rows come to the gateway later still.
    const bool noticed = await([this] { return b_.deaths() == b_.killed(); });
    const Status back = b_.node().await_rows([](const test::Row& row) {
      return test::usable(row) && test::ProcessHandle(static_cast<pid_t>(row.pid)).alive();
    });
    return all && noticed && back;
  }

  void run_lanes() {
    const std::vector<Point> points = of_phase(points_, Phase::running);
    std::array<std::vector<Point>, 2> parts;
    for (std::size_t i = 0; i < points.size(); ++i) parts[i % 2].push_back(points[i]);
    Lane a(a_, *at_a_, parts[0], timeline_);
    Lane b(b_, *at_b_, parts[1], timeline_);
    ASSERT_THAT(a.finish(), testing::IsEmpty()) << a_.node().report();
    ASSERT_THAT(b.finish(), testing::IsEmpty()) << b_.node().report();
  }

  // Passes what is passed while all is well and at a restart.
  void rehearse() {
    for (int times = 0; times < 2; ++times) {
      for (const std::string& module : modules()) {
        for (Repertoire* each : {&*at_a_, &*at_b_}) each->round(module, [] { return false; });
      }
      for (const std::string& module : modules()) ASSERT_TRUE(b_.node().restart(module));
      ASSERT_TRUE(at_b_->exchange());
    }
  }

  void provoke() {
    if (!recording()) arm_all(Phase::rare);
    // An acknowledgement of A's that comes in between takes a death on itself: then once more.
    for (int times = 0; times < 5 && !quarantine(); ++times) ASSERT_NO_FATAL_FAILURE(settle());
    at_b_->overfill();
    EXPECT_TRUE(await([this] { return b_.passed("waku").contains(kExpired); }));
    ASSERT_TRUE(died_of_all(Phase::rare)) << b_.node().report();
    ASSERT_TRUE(at_b_->exchange());
  }

  // A message that kills three times is set aside; tried again it kills once more, and then arrives. False when it was
  // not that message that killed.
  bool quarantine() {
    std::string text;
    for (int deaths = 0; deaths < 3; ++deaths) {
      b_.arm("chat", kPage);
      if (deaths == 0) text = at_b_->say({a_.node(), of_a_});
      if (!dead_of_page()) return false;
    }
    std::optional<std::uint64_t> aside;
    const auto decided = [&] { return (aside = in_quarantine()).has_value() || at_b_->has(text); };
    if (!await(decided) || !aside) return false;
    b_.arm("chat", kPage);
    const auto retried = b_.node().front().insist("chat.quarantine_retry", Value::map({{"id", *aside}}),
                                                  "retry " + std::to_string(*aside), kPatience);
    // Answered before, and the answer lost.
    EXPECT_TRUE(retried || retried.error().reason == "host.not_quarantined") << retried.error().describe();
    return dead_of_page() && b_.passed("chat").contains(kCountedAgain);
  }
  bool dead_of_page() {
    return await([this] { return !b_.armed("chat", kPage); });
  }
  std::optional<std::uint64_t> in_quarantine() {
    const auto listed = b_.node().front().insist("chat.quarantine_list", Value::Map(), "", kPatience);
    const Value* items = listed ? listed->find("items") : nullptr;
    if (items == nullptr || items->as_array() == nullptr || items->as_array()->empty()) return std::nullopt;
    return items->as_array()->front().uint_or("id", 0);
  }
  // Looks again when something has happened at B, or soon.
  bool await(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!done()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      b_.node().events().wait_for_more(b_.node().events().size(), 5ms);
    }
    return true;
  }

  // Nothing is on its way any more.
  void settle() {
    for (FailingNode* node : nodes_) {
      ASSERT_TRUE(await([&] { return undelivered(node->node()) == 0; })) << node->name() << ": messages do not arrive";
    }
  }

  void check_messages(FailingNode& from, Ledger& ledger, FailingNode& at) {
    const auto log = sent(from.node(), talk_.id);
    ASSERT_TRUE(log);
    const auto got = await_received(at.node(), talk_.id, log->size());
    ASSERT_TRUE(got);
    const chaos::History history = ledger.history();
    const chaos::Violations found = check(history, *log);
    EXPECT_EQ(found.total(), 0U) << testing::PrintToString(found.explained);
    EXPECT_EQ(*got, *log) << "every message once, in the order in which it was acknowledged";
    auto heard = test::heard(at.node());
    std::ranges::sort(heard);
    EXPECT_EQ(std::ranges::adjacent_find(heard), heard.end()) << "announced twice";
    timeline_.say(from.name() + " → " + at.name() + ": " + std::to_string(history.appends.size()) +
                  " messages acknowledged, " + std::to_string(got->size()) + " arrived");
  }

  // Of waku's own messages: what was taken at `from` came out of the durable stream of the other, once.
  void check_publications(const Ledger& from, Repertoire& at, const Ledger& there) {
    const auto all_here = [&] {
      at.take_delivered();
      return there.deliveries().size() >= from.publications().size();
    };
    EXPECT_TRUE(await(all_here));
    EXPECT_THAT(there.deliveries(), testing::IsSupersetOf(from.publications()));
    auto once = there.deliveries();
    std::ranges::sort(once);
    EXPECT_EQ(std::ranges::adjacent_find(once), once.end()) << "delivered twice";
    timeline_.say(std::to_string(from.publications().size()) + " publications acknowledged, " +
                  std::to_string(once.size()) + " delivered");
  }

  void check_state(FailingNode& at, const Ledger& ledger, Repertoire& repertoire) {
    EXPECT_THAT(repertoire.troubles(), testing::IsEmpty());
    const auto listed = at.node().front().call("chat.list_conversations");
    ASSERT_TRUE(listed);
    std::set<std::string> conversations;
    for (const Value& conversation : *listed->find("conversations")->as_array()) {
      const std::string name = conversation.string_or("conversation", "");
      if (name == talk_.id) {
        EXPECT_EQ(conversation.string_or("nickname", ""), ledger.nickname());
      }
      conversations.insert(name);
    }
    std::set<std::string> expected = ledger.conversations();
    expected.insert(talk_.id);
    EXPECT_EQ(conversations, expected) << "one is lost, or a deleted one is back";
    EXPECT_TRUE(repertoire.has_file());
    const auto aside = at.node().front().call("chat.quarantine_list");
    ASSERT_TRUE(aside);
    EXPECT_THAT(*aside->find("items")->as_array(), testing::IsEmpty());
  }

  // What has been passed since the last time is of this phase; what is passed at every start is not of the first.
  void note_passed(Phase phase) {
    for (FailingNode* node : nodes_) {
      for (const std::string& module : modules()) {
        for (const std::string& name : node->passed(module)) note({module, phase, name});
      }
      node->forget_passed();
    }
  }
  void note(const Point& point) {
    if (point.phase == Phase::running) recorded_.erase({point.module, Phase::start, point.name});
    const auto same = [&](const Point& p) { return p.module == point.module && p.name == point.name; };
    if (std::ranges::none_of(recorded_, same)) recorded_.insert(point);
  }

  // A new commit, acknowledgement or reply has to be in the list, and one that is gone must not be there.
  void check_list() {
    const auto known = [](const auto& list, const Point& point) {
      return std::ranges::any_of(list,
                                 [&](const Point& p) { return p.module == point.module && p.name == point.name; });
    };
    for (const Point& point : recorded_) {
      EXPECT_TRUE(known(points_, point)) << point.module << ": \"" << point.name << "\" is passed and not in "
                                         << points_file() << ": UPDATE_FAILPOINTS=1 for this test writes it anew";
    }
    EXPECT_FALSE(points_.empty());
  }

  const chaos::Timeline timeline_;
  const std::vector<Point> points_ = read_points();
  FailingNode a_{"A"};
  FailingNode b_{"B"};
  const std::array<FailingNode*, 2> nodes_{&a_, &b_};
  test::Conversation talk_;
  std::set<Point> recorded_;
  Ledger of_a_;
  Ledger of_b_;
  std::optional<Repertoire> at_a_;
  std::optional<Repertoire> at_b_;
};

TEST_F(Failpoints, NothingThatWasAcknowledgedIsLostOrDoubledWhereverAModuleDies) {
  ASSERT_NO_FATAL_FAILURE(start_nodes());
  if (recording()) {
    note_passed(Phase::start);
    ASSERT_NO_FATAL_FAILURE(rehearse());
    note_passed(Phase::running);
  } else {
    ASSERT_NO_FATAL_FAILURE(run_lanes());
  }
  ASSERT_NO_FATAL_FAILURE(settle());
  check_publications(of_a_, *at_b_, of_b_);
  check_publications(of_b_, *at_a_, of_a_);
  ASSERT_NO_FATAL_FAILURE(provoke());
  ASSERT_NO_FATAL_FAILURE(settle());
  ASSERT_NO_FATAL_FAILURE(check_messages(a_, of_a_, b_));
  ASSERT_NO_FATAL_FAILURE(check_messages(b_, of_b_, a_));
  ASSERT_NO_FATAL_FAILURE(check_state(a_, of_a_, *at_a_));
  ASSERT_NO_FATAL_FAILURE(check_state(b_, of_b_, *at_b_));
  note_passed(Phase::rare);
  if (recording()) return write_points(recorded_);
  check_list();
  for (FailingNode* node : nodes_) {
    EXPECT_EQ(node->deaths(), node->killed()) << node->name() << " died more often than it should";
    EXPECT_TRUE(node->node().stop());
    EXPECT_THAT(node->node().strays(), testing::IsEmpty());
  }
  if (!HasFailure()) {
    timeline_.say("PASS: " + std::to_string(points_.size()) + " points, " + std::to_string(a_.killed() + b_.killed()) +
                  " deaths");
  }
}

}  // namespace
}  // namespace status::failpoints
