// The door itself: shut by default, bounded when it is open, and there for our own Client, too.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "ipc/remote/sp_frames.h"
#include "ipc/remote/tunnel.h"
#include "ipc/server/access.h"
#include "tests/integration/remote/fixture.h"

namespace status::test {
namespace {

namespace fs = std::filesystem;

// Local ports of listening TCP sockets among a process's descriptors, by the socket table of the kernel.
std::vector<unsigned> listening_ports(std::int64_t pid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  std::set<std::string> inodes;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder + "/fd", ignored)) {
    const std::string target = fs::read_symlink(entry.path(), ignored);
    if (target.starts_with("socket:[")) inodes.insert(target.substr(8, target.size() - 9));
  }
  std::vector<unsigned> ports;
  for (const char* table : {"/net/tcp", "/net/tcp6"}) {
    std::ifstream file(folder + table);
    for (std::string line; std::getline(file, line);) {
      std::istringstream fields(line);
      std::string number, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
      fields >> number >> local >> remote >> state >> queues >> timer >> retransmits >> uid >> timeout >> inode;
      if (state != "0A" || !inodes.contains(inode)) continue;
      ports.push_back(static_cast<unsigned>(std::stoul(local.substr(local.rfind(':') + 1), nullptr, 16)));
    }
  }
  return ports;
}

unsigned metrics_port(Node& node) {
  const auto hello = node.front().call("supervisor.hello");
  const std::string url = hello ? hello->string_or("metrics_url", "") : "";
  return static_cast<unsigned>(std::strtoul(url.c_str() + url.rfind(':') + 1, nullptr, 10));
}

TEST(RemoteDoor, NothingOfANodeListensOnTcpByDefaultButItsMetrics) {
  ProcessNode node({.settings = {"modules=[\"keys\"]"}, .arguments = {}});
  ASSERT_TRUE(node.start());
  const auto rows = node.rows();
  ASSERT_TRUE(rows);
  const pid_t statusd = node.statusd().statusd().pid();
  EXPECT_THAT(listening_ports(statusd), testing::IsEmpty());
  const auto gateway = std::ranges::find(*rows, "gateway", &Row::name);
  ASSERT_NE(gateway, rows->end());
  EXPECT_THAT(listening_ports(gateway->pid), testing::ElementsAre(metrics_port(node)));
  const auto hello = node.front().call("supervisor.hello");
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->find("remote")->string_or("url", "?"), "");
  EXPECT_EQ(hello->find("remote")->string_or("problem", "?"), "");
  EXPECT_FALSE(fs::exists(node.data_dir() + "/profiles/default/gateway/remote_key.pem")) << "not even a key";
}

std::string sandbox_of_gateway(const std::vector<std::string>& settings) {
  ProcessNode node({.settings = settings, .arguments = {}});
  if (!node.start()) return "does not start:\n" + node.report();
  const auto row = node.front().call("supervisor.module", Value::map({{"name", "gateway"}}));
  return row ? row->string_or("sandbox", "") : row.error().describe();
}

TEST(RemoteDoor, TheGatewayHasANetworkOnlyWhereItIsToListen) {
  EXPECT_EQ(sandbox_of_gateway({"modules=[\"keys\"]", "metrics.listen="}), "local");
  EXPECT_EQ(sandbox_of_gateway({"modules=[\"keys\"]", "metrics.listen=", "remote.listen=tls+tcp://127.0.0.1:0"}),
            "network");
}

TEST(RemoteDoor, ATakenPortIsAWarningAndTheNodeRuns) {
  const UniqueFd other(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(other.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(other.get(), 1), 0);
  ASSERT_EQ(::getsockname(other.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::string url = "tls+tcp://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  ProcessNode node({.settings = {"modules=[\"keys\"]", "remote.listen=\"" + url + "\""}, .arguments = {}});
  ASSERT_TRUE(node.start());
  const auto hello = node.front().call("supervisor.hello");
  ASSERT_TRUE(hello);
  const std::string problem = hello->find("remote")->string_or("problem", "");
  EXPECT_THAT(problem, testing::HasSubstr("is taken: set remote.listen to another port"));
  EXPECT_EQ(hello->find("remote")->string_or("url", "?"), "");
  EXPECT_THAT(read_file(node.data_dir() + "/logs/gateway.log"), testing::HasSubstr("gateway.port_taken"));
}

using OpenDoor = RemoteTest;

TEST_F(OpenDoor, TheNodesKeyIsItsOwnersAlone) {
  struct stat info {};
  ASSERT_EQ(::stat((node_.data_dir() + "/profiles/default/gateway/remote_key.pem").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600U);
}

TEST_F(OpenDoor, TheGatewayStaysWithinItsThreads) {
  const std::string token = token_for("desk");
  TlsClient client = connect("desk");
  ASSERT_TRUE(client.greet());
  EXPECT_EQ(client.reason_of("supervisor.hello", token), "");
  const auto row = node_.row("gateway");
  ASSERT_TRUE(row);
  const fs::directory_iterator tasks("/proc/" + std::to_string(row->pid) + "/task");
  EXPECT_LE(std::distance(begin(tasks), end(tasks)), 16);
}

TEST_F(OpenDoor, AFrameThatIsTooLongEndsItsConnectionAlone) {
  const std::string token = token_for("desk");
  TlsClient bystander = connect("desk");
  ASSERT_TRUE(bystander.greet());
  for (const std::uint64_t length : {remote::kMaxFrame + 1, ~std::uint64_t{0}}) {
    TlsClient client = connect("desk");
    ASSERT_TRUE(client.greet());
    client.write(remote::to_length(length));
    EXPECT_TRUE(client.ended()) << length;
  }
  EXPECT_EQ(bystander.reason_of("supervisor.hello", token), "");
  EXPECT_TRUE(counted("protocol", 2));
}

TEST_F(OpenDoor, WhatIsNoRequestEndsTheConnection) {
  token_for("desk");
  for (const char* body : {"", "\x7f\x7f\x7f\x7f", "\x80\x01\x01\x01no request"}) {
    TlsClient client = connect("desk");
    ASSERT_TRUE(client.greet());
    const ByteView bytes = as_bytes(body);
    client.write(remote::to_length(bytes.size()));
    if (!bytes.empty()) client.write(bytes);
    EXPECT_TRUE(client.ended());
  }
  EXPECT_TRUE(counted("protocol", 3));
}

TEST_F(OpenDoor, HalfAFrameIsWaitedForOnlySoLong) {
  token_for("desk");
  TlsClient client = connect("desk");
  ASSERT_TRUE(client.greet());
  client.write(remote::to_length(100));
  client.write(as_bytes("half"));
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(counted("slow", 1));
}

TEST_F(OpenDoor, SoManyRequestsOfOneConnectionAreInFlightAndNoMore) {
  const std::string token = token_for("desk");
  TlsClient client = connect("desk");
  ASSERT_TRUE(client.greet());
  for (int i = 0; i < 64; ++i) client.send("supervisor.events.next", token, Value::map({{"wait_ms", 9'000}}));
  EXPECT_EQ(client.reason_of("supervisor.hello", token), "ipc.too_many_calls") << "the first of the answers";
  TlsClient other = connect("desk");
  ASSERT_TRUE(other.greet());
  EXPECT_EQ(other.reason_of("supervisor.hello", token), "");
}

// Our own Client, which speaks NNG.
TEST_F(OpenDoor, ATunnelMakesItANodeLikeOneOnThisMachine) {
  const std::string token = token_for("desk");
  const auto tunnel = remote::Tunnel::open(
      {.node = {"127.0.0.1", port()}, .node_key = *tls::parse_key_id(fingerprint()), .key_file = key_file("desk")});
  ASSERT_TRUE(tunnel) << tunnel.error().describe();
  const auto front = FrontDoor::open((*tunnel)->url(), *ipc::parse_credential(token));
  ASSERT_TRUE(front);
  EXPECT_TRUE(eventually([&] { return (*front)->call("supervisor.hello").has_value(); }));
  EXPECT_EQ((*tunnel)->trouble(), std::nullopt);
  const Value large = Value::map({{"name", std::string(4'000'000, 'x')}});
  EXPECT_EQ((*front)->call("supervisor.module", large).error().code, Code::invalid_argument) << "it has arrived";
  const auto killed = node_.kill("gateway");
  ASSERT_TRUE(killed);
  ASSERT_TRUE(node_.await_ready("gateway", killed->generation));
  EXPECT_TRUE(eventually([&] { return (*front)->call("supervisor.hello").has_value(); })) << "it dials again";
}

TEST_F(OpenDoor, ATunnelToAnotherKeyThanThePinnedOneIsNotUsed) {
  token_for("desk");
  const auto tunnel = remote::Tunnel::open(
      {.node = {"127.0.0.1", port()}, .node_key = identity("another").id, .key_file = key_file("desk")});
  ASSERT_TRUE(tunnel);
  const auto front = FrontDoor::open((*tunnel)->url(), ipc::Credential{1});
  ASSERT_TRUE(front);
  EXPECT_FALSE((*front)->call("supervisor.hello"));
  ASSERT_TRUE(eventually([&] { return (*tunnel)->trouble().has_value(); }));
  EXPECT_EQ((*tunnel)->trouble()->reason, "remote.wrong_node");
}

}  // namespace
}  // namespace status::test
