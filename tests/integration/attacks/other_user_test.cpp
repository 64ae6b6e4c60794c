// Another user of the machine, with everything that the file modes of a careless operator could give away. As root, who
// alone can be two users: the node is root's, and the other user is nobody. (TRANSPORT.md section 1, trap 9.)
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <csignal>
#include <filesystem>

#include "tests/integration/attacks/attack.h"

namespace status::test {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65'534;

class OtherUser : public Attack {
 protected:
  void SetUp() override {
    ASSERT_EQ(::geteuid(), 0U) << "this test is root's";
    // The build folder may be closed to the other user.
    fs::copy_file(binary("attacker"), program_);
    fs::permissions(program_, fs::perms(0755));
    fs::permissions(theirs_.path(), fs::perms(0755));
  }
  // What that user gets, line by line.
  std::string as_nobody(std::vector<std::string> words) {
    std::vector<std::string> all = {"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program_};
    all.insert(all.end(), words.begin(), words.end());
    ChildProcess program(all);
    EXPECT_TRUE(program.wait(kPatience)) << program.output();
    return program.read_all();
  }
  // As if an operator had opened all directories and sockets.
  void open_everything() {
    const fs::path data = node().data_dir();
    fs::permissions(data.parent_path(), fs::perms(0755));
    fs::permissions(data, fs::perms(0755));
    for (const auto& entry : fs::recursive_directory_iterator(data)) {
      if (entry.is_symlink()) continue;
      if (entry.is_directory()) fs::permissions(entry.path(), fs::perms(0755));
      if (entry.is_socket()) fs::permissions(entry.path(), fs::perms(0666));
    }
  }
  std::vector<std::string> call(const std::string& socket, const std::string& method) {
    return {"call", socket, token_text(), method};
  }

  TempDir theirs_;
  const std::string program_ = theirs_ / "attacker";
};

TEST_F(OtherUser, CannotConnectThroughClosedDirectories) {
  start();
  EXPECT_EQ(as_nobody(call(front_socket(), "supervisor.hello")), "EACCES\n");
  EXPECT_EQ(as_nobody(call(socket_of("echo_a"), "echo_a.who")), "EACCES\n");
}

TEST_F(OtherUser, IsLetGoBeforeAByteIsReadWhateverTheModesAreAndWithTheRightToken) {
  start();
  open_everything();
  ChildProcess mine({program_, "call", front_socket(), token_text(), "supervisor.hello"});
  EXPECT_EQ(mine.wait_for_line("", kPatience), "ok") << "the token is right";
  for (int i = 0; i < 3; ++i) EXPECT_EQ(as_nobody(call(front_socket(), "supervisor.hello")), "closed\n");
  EXPECT_EQ(as_nobody(call(socket_of("echo_a"), "echo_a.who")), "closed\n");
  EXPECT_EQ(refusals("gateway", "ipc.other_user"), 3);
  EXPECT_EQ(said("gateway", "ipc.other_user"), 1);
  EXPECT_EQ(refusals("echo_a", "ipc.other_user"), 1);
  EXPECT_EQ(said("echo_a", "ipc.other_user"), 1);
  EXPECT_EQ(refusals("gateway", "ipc.no_credential"), 0) << "nothing was read";
}

TEST_F(OtherUser, CannotReadTheTokenTheNodeKeyOrTheData) {
  node_.emplace(std::vector<std::string>{"modules=[\"keys\"]"});
  start();
  ASSERT_TRUE(node().front().call("supervisor.create_token",
                                  Value::map({{"name", "desktop"}, {"methods", Value::array({"*"})}})));
  std::vector<std::string> words = {"read"};
  std::string expected;
  for (const char* file : {"run/token", "node.key", "profiles/default/gateway/tokens.json", "state/keys.generation",
                           "logs/gateway.log", "run/gateway/metrics.state"}) {
    words.push_back(node().data_dir() + "/" + file);
    ASSERT_TRUE(wait_for_file(words.back(), kPatience)) << file;
    expected += words.back() + ": EACCES\n";
  }
  EXPECT_EQ(as_nobody(words), expected);
  open_everything();
  EXPECT_EQ(as_nobody(words), expected) << "the files themselves are closed, too";
}

TEST_F(OtherUser, CannotSignalStatusdOrAModule) {
  start();
  EXPECT_EQ(as_nobody({"signal", std::to_string(node().statusd().statusd().pid())}), "EPERM\n");
  EXPECT_EQ(as_nobody({"signal", std::to_string(node().row("echo_a")->pid)}), "EPERM\n");
}

// In a folder where everybody may make names, such as /tmp: a link of theirs to a folder of ours, which the node would
// close to others and clear of sockets.
TEST_F(OtherUser, CannotPlantALinkForTheRunDirectory) {
  const TempDir victim;
  fs::permissions(victim.path(), fs::perms(0755));
  ASSERT_TRUE(RawClient(victim / "agent.sock").error() != 0);
  const UniqueFd agent(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  (victim / "agent.sock").copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(::bind(agent.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  const TempDir shared;
  fs::permissions(shared.path(), fs::perms(01777));
  const std::string link = shared / "run";
  fs::create_symlink(victim.path(), link);
  ASSERT_EQ(::lchown(link.c_str(), kNobody, kNobody), 0);

  for (const std::string& place : {link, link + "/below"}) {
    TestNode node({.settings = {"modules=[]", "gateway.enabled=false"}, .arguments = {"--run-dir", place}});
    node.add_fake_module("a");
    node.start();
    const auto code = node.statusd().wait(kPatience);
    ASSERT_TRUE(code) << "it runs in a place that somebody else has chosen";
    EXPECT_NE(*code, 0);
    EXPECT_THAT(node.statusd().read_all(),
                testing::HasSubstr(link + " is a link that uid 65534 made; mend it with: rm " + link));
  }
  EXPECT_TRUE(fs::is_socket(victim / "agent.sock"));
  EXPECT_EQ(fs::status(victim.path()).permissions(), fs::perms(0755));

  ASSERT_EQ(::lchown(link.c_str(), 0, 0), 0);
  TestNode node({.settings = {"modules=[]", "gateway.enabled=false"}, .arguments = {"--run-dir", link + "/below"}});
  node.add_fake_module("a");
  node.start();
  EXPECT_TRUE(node.wait_for("a: starting → ready")) << "a link of our own is our own business";
  EXPECT_EQ(node.stop(), 0);
}

TEST_F(OtherUser, CannotPlantTheRunDirectoryItself) {
  const TempDir shared;
  fs::permissions(shared.path(), fs::perms(01777));
  const std::string run = shared / "run";
  fs::create_directory(run);
  ASSERT_EQ(::chown(run.c_str(), kNobody, kNobody), 0);
  TestNode node({.settings = {"modules=[]", "gateway.enabled=false"}, .arguments = {"--run-dir", run}});
  node.add_fake_module("a");
  node.start();
  const auto code = node.statusd().wait(kPatience);
  ASSERT_TRUE(code);
  EXPECT_NE(*code, 0);
  EXPECT_THAT(node.statusd().read_all(),
              testing::HasSubstr(run + " belongs to uid 65534; mend it with: chown -R 0 " + run));
}

}  // namespace
}  // namespace status::test
