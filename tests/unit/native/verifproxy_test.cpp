// libverifproxy: one thread for everything, calls that come back only while it is asked to work, texts that it gets back.
#include <gmock/gmock.h>

#include "services/native/families/family.h"
#include "tests/support/patience.h"
#include "tests/support/test_node.h"
#include "tests/unit/native/deaf_listener.h"

namespace status::native {
namespace {

using host::native::Dispatcher;
using host::native::Library;
using host::native::Token;
using testing::HasSubstr;

class VerifProxy : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(library_) << library_.error().message;
    auto opened = open_family(*library_, "verifproxy", "0.4");
    ASSERT_TRUE(opened) << opened.error().message;
    family_ = std::move(*opened);
  }
  Result<std::string> create(const std::string& config) {
    return dispatcher_.call_blocking("startVerifProxy", test::kPatience,
                                     [&](Token token) { return family_->create(config, token); });
  }
  void begin() {
    const auto created = create(R"({"trustedBlockRoot":"0x01"})");
    ASSERT_TRUE(created) << created.error().message;
    dispatcher_.set_turn(family_->traits().turn, test::kPatience, [this] { family_->turn(); });
  }
  Result<std::string> call(const std::string& method, std::chrono::milliseconds within = test::kPatience) {
    const Function* const function = *family_->find("proxyCall");
    const auto arguments = read_arguments(*function, Value::map({{"method", method}, {"params", "[]"}}));
    return dispatcher_.call_and_wait("proxyCall", within, [this, function, arguments = *arguments](Token token) {
      return family_->call(*function, arguments, token);
    });
  }
  void end() {
    EXPECT_TRUE(dispatcher_.call_and_wait("stopVerifProxy", test::kPatience,
                                          [this](Token token) { return family_->stop(token); }));
    EXPECT_TRUE(dispatcher_.run("freeContext", test::kPatience, [this] { EXPECT_TRUE(family_->destroy()); }));
  }

  Result<Library> library_ = Library::load(test::binary("libfixture_verifproxy.so"));
  std::unique_ptr<Family> family_;
  host::native::ProcessGuard guard_;
  DeafListener listener_;
  Dispatcher dispatcher_{{}, guard_, listener_};
};

TEST_F(VerifProxy, AnswersWhatItKnowsAtOnceAndTheRestWhenItIsAskedToWork) {
  begin();
  EXPECT_EQ(call("eth_chainId").value_or(""), "\"0x1\"");
  const auto failed = call("fixture_fails");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().reason, "native.library_error");
  EXPECT_EQ(failed.error().message, "ValueError: no such thing");
  EXPECT_THAT(call("fixture_undecodable").error().message, HasSubstr("DeserError"));
  EXPECT_EQ(call("fixture_living").value_or(""), "0") << "a text was not given back";
  EXPECT_EQ(dispatcher_.counters().foreign_thread, 0U);
  end();
}

TEST_F(VerifProxy, ACallWithoutAnAnswerEndsAtItsDeadlineAndTheNextOneIsAnswered) {
  begin();
  EXPECT_EQ(call("fixture_unanswered", std::chrono::milliseconds(50)).error().reason, "native.deadline");
  EXPECT_EQ(dispatcher_.counters().given_up, 1U);
  EXPECT_THAT(call("fixture_fails").error().message, HasSubstr("ValueError"));
  end();
}

TEST_F(VerifProxy, WhyItDoesNotStartIsInItsLog) {
  const auto created = create("{}");
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().reason, "native.library_error");
  EXPECT_THAT(created.error().message, HasSubstr("log"));
}

TEST_F(VerifProxy, AnOlderOneIsRefusedWithASentence) {
  const Result<Library> old = Library::load(test::binary("libfixture_verifproxy_old.so"));
  ASSERT_TRUE(old);
  const auto refused = open_family(*old, "verifproxy", "0.4");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "native.unknown_generation");
  EXPECT_THAT(refused.error().message, HasSubstr("v0.3.0"));
  EXPECT_EQ(open_family(*library_, "verifproxy", "0.3").error().reason, "native.wrong_generation");
}

}  // namespace
}  // namespace status::native
