#include "services/host/store/idempotency.h"

#include "tests/unit/host/store_fixture.h"

namespace status::store {
namespace {

class IdempotencyTest : public StoreTest {
 protected:
  void SetUp() override {
    database_ = open();
    execute(*database_, "CREATE TABLE effect (id INTEGER PRIMARY KEY AUTOINCREMENT)");
    idempotency_ = std::move(*Idempotency::open(*database_));
  }
  // A call as a module would serve it.
  Result<Bytes> call(const std::string& key, std::string_view params, const std::string& caller = "chat",
                     bool commit = true) {
    auto claim = idempotency_->claim({caller, "waku.send", key}, as_bytes(params));
    if (!claim) return fail(claim.error());
    if (claim->stored_reply()) return *claim->stored_reply();
    auto tx = database_->write();
    EXPECT_TRUE(tx->run("INSERT INTO effect DEFAULT VALUES"));
    const Bytes reply = to_bytes(as_bytes("reply " + std::to_string(tx->last_insert_rowid())));
    EXPECT_TRUE(claim->store(*tx, reply));
    if (commit) {
      EXPECT_TRUE(tx->commit());
    }
    return reply;
  }
  std::int64_t effects() { return integer(*database_, "SELECT count(*) FROM effect"); }

  std::unique_ptr<Database> database_;
  std::unique_ptr<Idempotency> idempotency_;
};

TEST_F(IdempotencyTest, SameKeySameReplyOneEffect) {
  const auto first = call("k", "params");
  ASSERT_TRUE(first);
  EXPECT_EQ(*call("k", "params"), *first);
  EXPECT_EQ(effects(), 1);
}

TEST_F(IdempotencyTest, SurvivesAReopening) {
  const auto first = call("k", "params");
  idempotency_.reset();
  database_.reset();
  database_ = open();
  idempotency_ = std::move(*Idempotency::open(*database_));
  EXPECT_EQ(*call("k", "params"), *first);
  EXPECT_EQ(effects(), 1);
}

TEST_F(IdempotencyTest, OtherParametersAreRefused) {
  ASSERT_TRUE(call("k", "params"));
  const auto other = call("k", "changed");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::failed_precondition);
  EXPECT_FALSE(other.error().retryable);
  EXPECT_EQ(effects(), 1);
}

TEST_F(IdempotencyTest, StillRunningIsAbortedAndRetryable) {
  auto running = std::make_optional(idempotency_->claim({"chat", "waku.send", "k"}, as_bytes("params")));
  ASSERT_TRUE(*running);
  const auto second = call("k", "params");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::aborted);
  EXPECT_TRUE(second.error().retryable);
  EXPECT_TRUE(call("k", "params", "gateway")) << "the caller is part of the scope";
  running.reset();
  EXPECT_TRUE(call("k", "params"));
}

TEST_F(IdempotencyTest, WhatWasNotCommittedRunsAgain) {
  ASSERT_TRUE(call("k", "params", "chat", false));
  EXPECT_EQ(effects(), 0);
  ASSERT_TRUE(call("k", "params"));
  EXPECT_EQ(effects(), 1);
}

TEST_F(IdempotencyTest, ForgottenAfterADay) {
  ASSERT_TRUE(call("k", "params"));
  clock_.advance(std::chrono::hours(24));
  ASSERT_TRUE(call("k", "params"));
  EXPECT_EQ(effects(), 1) << "exactly 24 hours are kept";
  clock_.advance(std::chrono::milliseconds(1));
  ASSERT_TRUE(call("k", "changed"));
  EXPECT_EQ(effects(), 2);
  EXPECT_EQ(integer(*database_, "SELECT count(*) FROM store_idempotency"), 1);
}

TEST_F(IdempotencyTest, BadKeysAreRefused) {
  EXPECT_EQ(call("", "p").error().code, Code::invalid_argument);
  EXPECT_EQ(call(std::string(65, 'k'), "p").error().code, Code::invalid_argument);
  EXPECT_TRUE(call(std::string(64, 'k'), "p"));
}

}  // namespace
}  // namespace status::store
