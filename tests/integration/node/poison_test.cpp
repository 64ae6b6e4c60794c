// A message that kills chat whenever it is handled.
#include <gtest/gtest.h>

#include <filesystem>

#include "ipc/base/codec.h"
#include "tests/support/installation.h"
#include "tests/support/process_node.h"
#include "tests/support/scrape.h"

namespace status::test {
namespace {

class Poison : public testing::Test {
 protected:
  void SetUp() override {
    sick_.statusd().use_statusd(place_.statusd());
    ASSERT_TRUE(well_.start());
    ASSERT_TRUE(sick_.start());
    ASSERT_TRUE(link(well_, sick_));
    Result<Conversation> talk = converse(well_, sick_);
    ASSERT_TRUE(talk);
    talk_ = *talk;
    ASSERT_TRUE(say(well_, talk_, "before", "before"));
    ASSERT_TRUE(await_heard(sick_, 1));
  }
  // statusctl's answer, and that it was successful.
  Value statusctl(std::vector<std::string> words) const {
    words.insert(words.begin(), {binary("statusctl"), "--data-dir", sick_.data_dir()});
    ChildProcess program(words, {}, ChildProcess::Errors::apart);
    EXPECT_EQ(program.wait(kPatience), 0);
    const std::string output = program.read_all();
    EXPECT_EQ(program.errors(), "");
    return parse_json(output).value_or(Value());
  }
  // What `quarantine list` shows.
  Value::Array in_quarantine() const {
    const Value document = statusctl({"quarantine", "list"});
    const Value* items = document.find("items");
    EXPECT_NE(items, nullptr);
    return items == nullptr ? Value::Array() : *items->as_array();
  }

  // With an idempotency key, where it is not empty.
  Result<Value> choose(const std::string& what, std::uint64_t id, const std::string& key) {
    return sick_.front().call("chat.quarantine_" + what, Value::map({{"id", id}}), {.idempotency_key = key});
  }

  // The page has a module's figures some seconds later.
  bool scraped(const std::string& line) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < deadline) {
      if (scrape(sick_).find(line) != std::string::npos) return true;
    }
    return false;
  }

  TempDir dir_;
  const std::string switch_ = dir_ / "poisonous";
  const Installation place_{{{"LD_PRELOAD", binary("poisonous-hash.so")},
                             {"STATUS_TEST_POISON_WHILE", switch_},
                             // Only a build with that sanitizer reads it: it wants to be first among the libraries.
                             {"ASAN_OPTIONS", "verify_asan_link_order=0"}}};
  const std::string poison_ = std::string(4'000, 'p');
  ProcessNode well_;
  ProcessNode sick_{{.settings = without_backoff(), .arguments = {}}};
  Conversation talk_;
};

TEST_F(Poison, ThreeDeathsSetTheMessageAsideThoseBehindItArriveAndARetryDeliversIt) {
  write_file(switch_, "");
  ASSERT_TRUE(say(well_, talk_, poison_, "poison"));
  ASSERT_TRUE(sick_.events().wait_for(EventLog::topic("chat.quarantined"), kPatience)) << sick_.report();
  ASSERT_TRUE(say(well_, talk_, "behind", "behind"));
  ASSERT_TRUE(well_.events().wait_for(EventLog::topic("chat.message_delivered"), kPatience));

  const Value::Array items = in_quarantine();
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].string_or("module", ""), "chat");
  EXPECT_EQ(items[0].string_or("stream", ""), "waku.messages");
  EXPECT_EQ(items[0].uint_or("deaths", 0), 3U);
  EXPECT_GT(items[0].uint_or("size", 0), poison_.size());
  EXPECT_EQ(items[0].find("content"), nullptr);
  EXPECT_EQ(sick_.row("chat")->state, "ready");
  EXPECT_TRUE(scraped("status_quarantined_items{module=\"chat\"} 1"));
  EXPECT_TRUE(scraped("status_quarantined_total{module=\"chat\"} 1"));

  std::filesystem::remove(switch_);
  const std::uint64_t id = items[0].uint_or("id", 0);
  ASSERT_TRUE(choose("retry", id, "once"));
  EXPECT_TRUE(choose("retry", id, "once")) << "the same answer again";
  EXPECT_EQ(choose("retry", id + 1, "once").error().reason, "ipc.idempotency_mismatch");
  EXPECT_EQ(choose("retry", id, "").error().reason, "host.not_quarantined");
  EXPECT_EQ(choose("drop", id, "once").error().reason, "host.not_quarantined") << "a key belongs to its method";
  const auto messages = await_received(sick_, talk_.id, 3);
  ASSERT_TRUE(messages);
  EXPECT_EQ(*messages, (std::vector<std::string>{"before", poison_, "behind"}));
  EXPECT_EQ(in_quarantine().size(), 0U);
}

TEST_F(Poison, ARetryThatKillsAgainIsCountedAndADroppedOneIsGone) {
  write_file(switch_, "");
  ASSERT_TRUE(say(well_, talk_, poison_, "poison"));
  ASSERT_TRUE(sick_.events().wait_for(EventLog::topic("chat.quarantined"), kPatience)) << sick_.report();
  const Value::Array before = in_quarantine();
  ASSERT_EQ(before.size(), 1U);
  const std::uint64_t id = before[0].uint_or("id", 0);
  const auto row = sick_.row("chat");
  ASSERT_TRUE(row);
  EXPECT_FALSE(sick_.front().call("chat.quarantine_retry", Value::map({{"id", id}})));
  ASSERT_TRUE(sick_.await_ready("chat", row->generation));
  const Value::Array after = in_quarantine();
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].uint_or("deaths", 0), 4U);
  statusctl({"quarantine", "drop", "chat", std::to_string(id)});
  EXPECT_EQ(in_quarantine().size(), 0U);
}

}  // namespace
}  // namespace status::test
