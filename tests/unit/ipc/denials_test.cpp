#include "ipc/server/denials.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace status::ipc {
namespace {

TEST(Denials, EachIsSaidOnceAndTheirNumberIsBounded) {
  Denials denials;
  std::vector<std::string> said;
  denials.listen([&](const std::string& caller, const std::string& method, const Error& error) {
    said.push_back(caller + "|" + method + "|" + error.reason);
  });
  const Error denied = make_error(Code::permission_denied, "ipc.denied", "no");
  const Error unknown = make_error(Code::unauthenticated, "ipc.unknown_credential", "who?");
  for (int i = 0; i < 3; ++i) {
    denials.note("chat", "keys.database", denied);
    denials.note("", "any.method", unknown);
    denials.note("", "another.method", unknown);
    denials.note("chat", "keys.database", make_error(Code::unavailable, "ipc.starting", "soon"));
  }
  EXPECT_EQ(said, (std::vector<std::string>{"chat|keys.database|ipc.denied", "||ipc.unknown_credential"}));
  for (int i = 0; i < 1'000; ++i) denials.note("chat", "m." + std::to_string(i), denied);
  EXPECT_EQ(said.size(), Denials::kMost);
}

}  // namespace
}  // namespace status::ipc
