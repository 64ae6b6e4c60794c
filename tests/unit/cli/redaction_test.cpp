// What a report shows of a text, and the build that it names.
#include "supervisor/records/redaction.h"

#include <gmock/gmock.h>

#include "supervisor/cli/statusctl/build_id.h"

namespace status::cli {
namespace {

using records::Redactor;

using ::testing::MatchesRegex;

Redactor redactor() {
  return Redactor({.secrets = {"00112233445566778899aabbccddeeff"},
                   .places = {{"/data/of/alice/node", "<data-dir>"}, {"/data/of/alice", "~"}}});
}

TEST(Redaction, TakesOutKeysAndIdsAndCountsThem) {
  Redactor redact = redactor();
  const std::string hex = "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90";
  EXPECT_EQ(redact.text("peer 0x" + hex + " left"), "peer [id 1] left");
  EXPECT_EQ(redact.text("key n6Fv0LQd3pXk8+Zy/0aBq1uTtR5wEj2sYcHhGgMmVvI=, end"), "key [id 2], end");
  EXPECT_EQ(redact.text("status-intro:1:n6Fv0LQd3pXk8-Zy_0aBq1uTtR5wEj2sYcHhGgMmVvI"), "status-intro:1:[id 3]");
  EXPECT_EQ(redact.text("again 0x" + hex), "again [id 1]") << "the same one";
  EXPECT_EQ(redact.text("token 00112233445566778899AABBCCDDEEFF!"), "token [secret]!");
  EXPECT_EQ(redact.text("0xdeadbeefdeadbeef00112233445566778899aabb"), "[id 4]");
}

TEST(Redaction, LeavesWhatAReaderNeeds) {
  Redactor redact = redactor();
  for (const char* text :
       {"starting → ready (generation 3, pid 4711): ready", "status_rpc_stage_duration_seconds_bucket{le=\"0.005\"} 17",
        "/usr/lib/x86_64-linux-gnu/libstdc++.so.6", "at 0x7f3a5c001e40 in _ZN6status3ipc6Server4stopENSt6chrono3fooE",
        "AddressSanitizerDeadlySignal", "exit 78", "127.0.0.1:9464", "supervisor.already_running",
        "Linux 6.1.0-18-amd64 x86_64", "2026-11-29T00:16:15Z"}) {
    EXPECT_EQ(redact.text(text), text);
  }
}

TEST(Redaction, ShortensPathsAndHidesAddresses) {
  Redactor redact = redactor();
  EXPECT_EQ(redact.text("open /data/of/alice/node/logs: no such file"), "open <data-dir>/logs: no such file");
  EXPECT_EQ(redact.text("/data/of/alice/x and /home/bob/y"), "~/x and /home/[user]/y");
  EXPECT_EQ(redact.text("/srv/n6Fv0LQd3pXk8Zy0aBq1uTtR5wE/file"), "/srv/[id 1]/file");
  EXPECT_EQ(redact.text("from 203.0.113.9:60000 and 2001:db8:0:0:1:2:3:4"), "from [address 2]:60000 and [address 3]");
  for (const char* key :
       {"/3t0tpzTuvBtv98HUaNwQm4kX7zR2p/s9dV1yGhJ5cA=", "/3t0tpzTuvBtv98HU/aNwQm4kX7zR2/Ls9dV1yGhJ5c="}) {
    EXPECT_THAT(redact.text(key), MatchesRegex("\\[id [0-9]+\\]")) << "no path, but base64";
  }
}

TEST(Redaction, GoesThroughATreeButForTracesAndBuilds) {
  Redactor redact = redactor();
  const std::string trace = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";
  const Value in = Value::map({{"trace", trace},
                               {"build_id", "0123456789abcdef0123456789abcdef01234567"},
                               {"trace_id", "00112233445566778899aabbccddeeff"},
                               {"id", trace},
                               {"list", Value::array({trace, 5, true, Value()})},
                               {"blob", Bytes(3)}});
  const Value out = redact.value(in);
  EXPECT_EQ(out.string_or("trace", ""), trace);
  EXPECT_EQ(out.string_or("build_id", ""), in.string_or("build_id", ""));
  EXPECT_EQ(out.string_or("trace_id", ""), "[secret]") << "a secret is none because of where it stands";
  EXPECT_EQ(out.string_or("id", ""), "[id 1]");
  EXPECT_EQ(*out.find("list"), Value::array({"[id 1]", 5, true, Value()}));
  EXPECT_EQ(out.string_or("blob", ""), "[3 bytes]");
}

TEST(BuildId, IsOfTheProgramAndOfNothingElse) {
  EXPECT_THAT(build_id_of(STATUSCTL), MatchesRegex("[0-9a-f]{40}"));
  EXPECT_NE(build_id_of(STATUSCTL), build_id_of(STATUSD));
  EXPECT_EQ(build_id_of("/etc/passwd"), "");
  EXPECT_EQ(build_id_of("/nowhere"), "");
}

}  // namespace
}  // namespace status::cli
