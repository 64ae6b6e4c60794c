#include <gmock/gmock.h>

#include "services/native/api.h"
#include "services/native/settings.h"
#include "tests/support/openrpc_check.h"

namespace status::native {
namespace {

TEST(NativeApi, IsTheCommittedDocument) {
  EXPECT_TRUE(test::matches_committed(interface(), "services/native/openrpc.json"));
}

TEST(NativeApi, ServesUnderTheNameOfItsModule) {
  const api::Interface placed = interface().named("waku_native");
  EXPECT_EQ(placed.full_name("call"), "waku_native.call");
  EXPECT_EQ(placed.methods().size(), interface().methods().size());
}

TEST(NativeSettings, TakeWhatTheNodeIsCreatedWithAsATableOrAsText) {
  const Value names = Value::map({{"library", "/l.so"}, {"family", "delivery"}, {"generation", "D"}});
  Value table = names;
  table.set("config", Value::map({{"mode", "Core"}}));
  Result<Settings> settings = read_settings(table);
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(create_config(*settings), R"({"mode":"Core"})");
  EXPECT_EQ(settings->destroy_within_ms, 20'000U);
  Value text = names;
  text.set("config", "{\"mode\": \"Edge\"}");
  settings = read_settings(text);
  ASSERT_TRUE(settings);
  EXPECT_EQ(create_config(*settings), "{\"mode\": \"Edge\"}");
  EXPECT_EQ(create_config(*read_settings(names)), "{}");
}

TEST(NativeSettings, NameTheKeyThatIsWrong) {
  const Result<Settings> settings = read_settings(
      Value::map({{"library", "/l.so"}, {"family", "delivery"}, {"generation", "D"}, {"stop_within", 1}}));
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, Code::invalid_argument);
  EXPECT_THAT(settings.error().message, testing::HasSubstr("stop_within"));
}

}  // namespace
}  // namespace status::native
