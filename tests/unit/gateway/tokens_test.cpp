// Who gets through the front door.
#include "supervisor/gateway/tokens.h"

#include <sys/stat.h>

#include <fstream>

#include "tests/unit/gateway/fixture.h"

namespace status::gateway {
namespace {

constexpr const char* kToken = "00112233445566778899aabbccddeeff";

class Tokens : public GatewayTest {
 protected:
  std::string write(const std::string& text, mode_t mode = 0600) {
    const std::string path = dir_.socket("token");
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }
  Result<ipc::Response> hello_with(const std::string& hex) {
    ipc::ClientOptions options{.url = config().url, .target = "supervisor"};
    if (!hex.empty()) options.credential = *ipc::parse_credential(hex);
    return (*ipc::Client::open(options))->call_and_wait(request("supervisor.hello"));
  }
};

TEST_F(Tokens, TheLocalUsersTokenOpensAndNothingElseDoes) {
  GatewayConfig guarded = config();
  guarded.access = *local_access(write(kToken));
  start(guarded);
  EXPECT_TRUE(hello_with(kToken));
  EXPECT_EQ(hello_with("").error().code, Code::unauthenticated);
  EXPECT_EQ(hello_with("ffeeddccbbaa99887766554433221100").error().code, Code::unauthenticated);
}

TEST_F(Tokens, AFileThatOthersCanReadOrThatHoldsSomethingElseIsRefused) {
  EXPECT_EQ(local_access(write(kToken, 0644)).error().reason, "gateway.unsafe_token");
  EXPECT_EQ(local_access(write("not a token")).error().reason, "gateway.bad_token");
  EXPECT_EQ(local_access(dir_.socket("nothing")).error().code, Code::not_found);
}

}  // namespace
}  // namespace status::gateway
