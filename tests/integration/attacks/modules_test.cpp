// A module that turns on its siblings and on statusd. What a sandbox forbids of files and system calls in general is in
// tests/integration/supervisor/sandbox_test.cpp.
#include "ipc/base/codec.h"
#include "supervisor/process/sandbox/sandboxes.h"
#include "supervisor/process/sanitized.h"
#include "tests/integration/attacks/attack.h"

namespace status::test {
namespace {

class HostileModule : public Attack {
 protected:
  // Beside echo_a, of which it may call `who`, and keys, of which it asked for everything and was granted nothing.
  void start_with_probe(const std::string& profile) {
    node_.emplace(std::vector<std::string>{"modules=[\"keys\"]"});
    const std::string data = node().data_dir();
    std::string calls;
    for (const std::string& each : this->calls()) calls += "\"" + each + "\", ";
    node().statusd().add_fake_module(
        "probe", {.requires_ = {"echo_a", "keys"},
                  .manifest = "sandbox = \"" + profile + "\"",
                  .tables = "[limits]\nmemory_bytes = 104857600\n",
                  .settings = "sibling_run = \"" + data + "/run/echo_a\"\nsibling_data = \"" + data +
                              "/profiles/default/echo_a\"\nsecret = \"" + data + "/grants.toml\"\nnode_key = \"" +
                              data + "/node.key\"\ntoken = \"" + data + "/run/token\"\ncalls = [" + calls + "]\n",
                  .program = "probe_module"});
    write_file(data + "/grants.toml", "[probe]\necho_a = [\"echo_a.who\"]\n");
    write_file(data + "/profiles/default/echo_a/report.json", "{}");
    start();
    report_ = parse_json(read_file(data + "/profiles/default/probe/probe.json")).value_or(Value());
  }
  std::string call(const std::string& module, const std::string& method, const std::string& edge) {
    return (module == "supervisor" ? front_socket() : socket_of(module)) + " " + method + " " + edge;
  }
  std::vector<std::string> calls() {
    return {call("echo_a", "echo_a.who", "echo_a"),
            call("echo_a", "echo_a.crash", "echo_a"),
            call("echo_a", "echo_a.who", "none"),
            call("echo_b", "echo_b.who", "echo_a"),
            call("keys", "keys.database", "none"),
            call("keys", "keys.database", "keys"),
            call("keys", "keys.database", "echo_a"),
            call("supervisor", "supervisor.stop", "none"),
            call("supervisor", "supervisor.hello", "echo_a")};
  }
  std::string got(const std::string& attempt) { return report_.string_or(attempt, "not tried"); }

  Value report_;
};

TEST_F(HostileModule, CannotTakeASiblingsSocketOrReadItsData) {
  ASSERT_GE(supervisor::landlock_version(), 1) << "this kernel has no Landlock to show it with";
  start_with_probe("local");
  for (const char* attempt : {"bind_sibling_socket", "remove_sibling_socket", "take_sibling_socket", "read_sibling",
                              "list_sibling", "write_sibling", "remove_sibling_file"}) {
    EXPECT_EQ(got(attempt), "EACCES") << attempt;
  }
  EXPECT_EQ(verdict_at("echo_a", std::nullopt, "echo_a.who"), "ipc.no_credential") << "it is the sibling that answers";
}

TEST_F(HostileModule, CannotReadTheNodesKeyOrTheUsersToken) {
  ASSERT_GE(supervisor::landlock_version(), 1) << "this kernel has no Landlock to show it with";
  start_with_probe("local");
  for (const char* attempt : {"read_node_key", "read_token", "read_secret"})
    EXPECT_EQ(got(attempt), "EACCES") << attempt;
}

TEST_F(HostileModule, CannotSignalTraceOrReadASiblingOrStatusd) {
  ASSERT_GE(supervisor::landlock_version(), 6) << "this kernel's Landlock has no scopes to show it with (Linux 6.12)";
  start_with_probe("local");
  for (const std::string who : {"supervisor", "sibling"}) {
    EXPECT_EQ(got("signal_" + who), "EPERM");
    for (const std::string what : {"memory_of_", "environment_of_", "descriptors_of_"}) {
      EXPECT_EQ(got(what + who), "EACCES") << what + who;
    }
    EXPECT_EQ(got("copy_memory_of_" + who), "EPERM");
    EXPECT_EQ(got("control_line_of_" + who), "EPERM");
    if (!supervisor::kSanitized) {  // leak detection needs it
      EXPECT_EQ(got("trace_" + who), "EPERM");
    }
  }
}

TEST_F(HostileModule, CannotCallWhatItWasNotGranted) {
  start_with_probe("local");
  EXPECT_EQ(got(call("echo_a", "echo_a.who", "echo_a")), "ok") << "it can call";
  EXPECT_EQ(got(call("echo_a", "echo_a.crash", "echo_a")), "ipc.denied");
  EXPECT_EQ(got(call("echo_a", "echo_a.who", "none")), "ipc.no_credential");
  EXPECT_EQ(got(call("echo_b", "echo_b.who", "echo_a")), "ipc.unknown_credential");
  EXPECT_EQ(got(call("keys", "keys.database", "none")), "ipc.no_credential");
  EXPECT_EQ(got(call("keys", "keys.database", "keys")), "ipc.no_credential") << "there is no such edge";
  EXPECT_EQ(got(call("keys", "keys.database", "echo_a")), "ipc.unknown_credential");
  EXPECT_EQ(got(call("supervisor", "supervisor.stop", "none")), "ipc.no_credential");
  EXPECT_EQ(got(call("supervisor", "supervisor.hello", "echo_a")), "ipc.unknown_credential");
  EXPECT_EQ(refusals("echo_a", "ipc.denied"), 1);
  EXPECT_EQ(said("echo_a", "ipc.denied"), 1);
  EXPECT_EQ(refusals("keys", "ipc.no_credential"), 2);
  EXPECT_EQ(said("keys", "ipc.no_credential"), 1);
  EXPECT_EQ(said("gateway", "ipc.unknown_credential"), 1);
}

TEST_F(HostileModule, CannotOpenTheNetworkThatItsProfileDoesNotHave) {
  start_with_probe("local");
  for (const char* socket : {"tcp", "udp", "netlink", "packet", "vsock"})
    EXPECT_EQ(got(socket), "EAFNOSUPPORT") << socket;
}

// The attempts are real: without a sandbox they succeed, or fail for another reason.
TEST_F(HostileModule, WithoutASandboxIsStoppedByItsCredentialsAlone) {
  start_with_probe("none");
  EXPECT_EQ(got("read_token"), "ok");
  for (const std::string who : {"supervisor", "sibling"}) EXPECT_EQ(got("signal_" + who), "ok");
  EXPECT_EQ(got("copy_memory_of_supervisor"), "EFAULT");
  EXPECT_EQ(got(call("echo_a", "echo_a.crash", "echo_a")), "ipc.denied");
  EXPECT_EQ(got(call("keys", "keys.database", "none")), "ipc.no_credential");
}

}  // namespace
}  // namespace status::test
