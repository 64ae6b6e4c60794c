#include "ipc/base/error.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "ipc/base/result.h"

namespace status {
namespace {

TEST(Error, EveryCodeHasAWordOfItsOwn) {
  for (int i = 0; i <= static_cast<int>(Code::data_loss); ++i) {
    const auto code = static_cast<Code>(i);
    EXPECT_EQ(code_from_word(to_word(code)), code) << i;
  }
  EXPECT_EQ(to_word(Code::cancelled), "CANCELLED");
  EXPECT_EQ(to_word(Code::data_loss), "DATA_LOSS");
  EXPECT_EQ(code_from_word("not_found"), std::nullopt);
  EXPECT_EQ(code_from_word(""), std::nullopt);
}

TEST(Error, OperatingSystemErrorsKeepTheirMeaning) {
  EXPECT_EQ(errno_error(ENOENT, "open x").code, Code::not_found);
  EXPECT_EQ(errno_error(EACCES, "open x").code, Code::permission_denied);
  EXPECT_EQ(errno_error(ENOSPC, "write x").code, Code::resource_exhausted);
  EXPECT_EQ(errno_error(EIO, "read x").code, Code::internal);
  EXPECT_EQ(errno_error(ENOENT, "open node.toml").message, "open node.toml: No such file or directory");
}

TEST(Error, DescribeNamesCodeReasonAndMessage) {
  EXPECT_EQ(make_error(Code::not_found, "chat.unknown_conversation", "no conversation c1").describe(),
            "NOT_FOUND chat.unknown_conversation: no conversation c1");
  EXPECT_EQ(make_error(Code::internal, "", "oops").describe(), "INTERNAL: oops");
}

TEST(Error, RetryableIsOnlyWhatSaysSo) {
  EXPECT_FALSE(make_error(Code::unavailable, "a.b", "c").retryable);
  const Error error = make_retryable(Code::unavailable, "a.b", "c", 250);
  EXPECT_TRUE(error.retryable);
  EXPECT_EQ(error.retry_after_ms, 250u);
}

TEST(Result, CarriesAValueOrAnError) {
  const Result<int> good = 3;
  const Result<int> bad = fail(Code::aborted, "a.b", "c");
  EXPECT_EQ(good.value(), 3);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().reason, "a.b");
}

}  // namespace
}  // namespace status
