// An operator on another machine: statusctl --remote, from making a key to watching events.
#include "tests/support/statusctl.h"

#include "tests/integration/remote/fixture.h"

namespace status::test {
namespace {

std::string reason_of(const Outcome& outcome) { return outcome.error().string_or("reason", outcome.errors); }

class RemoteStatusctl : public RemoteTest {
 protected:
  Outcome here(std::vector<std::string> words) const {
    words.insert(words.begin(), {"--data-dir", node_.data_dir()});
    return statusctl(std::move(words));
  }
  // As the client of that name would from its own machine.
  Outcome from_afar(const std::string& client, std::vector<std::string> words, const std::string& peer = "") {
    words.insert(words.begin(), {"--data-dir", dir_ / "nothing", "--remote", door().string_or("url", ""), "--identity",
                                 key_file(client), "--token-file", dir_ / (client + ".token"), "--peer",
                                 peer.empty() ? fingerprint() : peer});
    return statusctl(std::move(words));
  }
  // A key and a token for it, by statusctl alone.
  void enrol(const std::string& client, const std::string& method) {
    const Outcome made = statusctl({"--data-dir", dir_ / "nothing", "remote", "identity", key_file(client)});
    ASSERT_EQ(made.code, 0) << made.errors;
    const Outcome token =
        here({"token", "create", client, "--method", method, "--client", made.json().string_or("fingerprint", "")});
    ASSERT_EQ(token.code, 0) << token.errors;
    write_file(dir_ / (client + ".token"), token.json().string_or("token", "") + "\n");
  }
};

TEST_F(RemoteStatusctl, TheDoorIsShownWithTheFingerprint) {
  const Outcome shown = here({"remote", "show"});
  EXPECT_EQ(shown.code, 0);
  EXPECT_EQ(shown.json().string_or("fingerprint", ""), fingerprint());
  const Outcome status = here({"status"});
  ASSERT_NE(status.json().find("remote"), nullptr) << status.output;
  EXPECT_EQ(status.json().find("remote")->string_or("url", ""), door().string_or("url", "?"));
}

TEST_F(RemoteStatusctl, StatusCallsAndEventsWorkFromAfar) {
  enrol("ops", "*");
  const Outcome status = from_afar("ops", {"status"});
  ASSERT_EQ(status.code, 0) << status.errors;
  EXPECT_EQ(status.json().find("modules")->as_array()->size(), 2U);
  const Outcome call = from_afar("ops", {"call", "supervisor.module", R"({"name": "keys"})"});
  EXPECT_EQ(call.json().string_or("state", ""), "ready") << call.errors;
  const Outcome events = from_afar("ops", {"events"});
  EXPECT_EQ(events.code, 0) << events.errors;
  EXPECT_THAT(events.output, testing::HasSubstr("supervisor.module_state"));
  const Outcome restarted = from_afar("ops", {"restart", "keys"});
  EXPECT_EQ(restarted.code, 0) << restarted.errors;
  EXPECT_EQ(from_afar("ops", {"call", "supervisor.tokens"}).code, 4) << "not even with the scope *";
}

TEST_F(RemoteStatusctl, WhatIsRefusedSaysWhy) {
  enrol("ops", "supervisor.hello");
  const Outcome outside = from_afar("ops", {"status"});
  EXPECT_EQ(outside.code, 4);
  EXPECT_EQ(reason_of(outside), "ipc.denied");
  const Outcome wrong_node = from_afar("ops", {"status"}, std::string(64, 'a'));
  EXPECT_EQ(wrong_node.code, 4);
  EXPECT_EQ(reason_of(wrong_node), "remote.wrong_node");
  identity("stranger");
  write_file(dir_ / "stranger.token", std::string(32, '1'));
  const Outcome stranger = from_afar("stranger", {"call", "supervisor.hello"});
  EXPECT_EQ(stranger.code, 4);
  EXPECT_EQ(reason_of(stranger), "remote.refused");
  write_file(dir_ / "ops.token", std::string(32, '1'));
  const Outcome token = from_afar("ops", {"call", "supervisor.hello"});
  EXPECT_EQ(token.code, 4);
  EXPECT_EQ(reason_of(token), "supervisor.wrong_token");
}

TEST_F(RemoteStatusctl, WrongWordsAreUsageErrors) {
  enrol("ops", "*");
  EXPECT_EQ(from_afar("ops", {"logs"}).code, 2) << "those are the node's files";
  EXPECT_EQ(from_afar("ops", {"status"}, "abc").code, 2);
  EXPECT_EQ(here({"--remote", "tls+tcp://127.0.0.1:1", "status"}).code, 2) << "without a key and a pin";
  EXPECT_EQ(here({"--remote", "127.0.0.1:1", "--peer", std::string(64, 'a'), "--identity", "x", "--token-file", "x",
                  "status"})
                .code,
            2);
}

TEST_F(RemoteStatusctl, NobodyThereIsSaid) {
  enrol("ops", "*");
  const std::string peer = fingerprint();
  const std::string url = door().string_or("url", "");
  ASSERT_TRUE(node_.stop());
  const Outcome nobody = statusctl({"--data-dir", dir_ / "nothing", "--remote", url, "--identity", key_file("ops"),
                                    "--token-file", dir_ / "ops.token", "--peer", peer, "status"});
  EXPECT_EQ(nobody.code, 3);
  EXPECT_EQ(reason_of(nobody), "remote.unreachable");
}

}  // namespace
}  // namespace status::test
