#include "supervisor/tree/manifest.h"

#include <gtest/gtest.h>

#include "ipc/base/codec.h"

namespace status::supervisor {
namespace {

constexpr std::string_view kChat = R"(name = "chat"
executable = "status-chat"
interface = "1.0"
requires = ["keys", "waku"]
[owner]
team = "chat-team"
contact = "chat-team@example.org"
)";

Result<Manifest> parse(std::string_view text) {
  auto document = parse_toml(text, "module.toml");
  if (!document) return fail(document.error());
  return parse_manifest(*document, "module.toml");
}

std::string problem(std::string_view text) {
  const auto manifest = parse(text);
  return manifest ? "" : manifest.error().message;
}

TEST(Manifest, TheDefaults) {
  const auto manifest = parse(kChat);
  ASSERT_TRUE(manifest.has_value()) << manifest.error().message;
  EXPECT_EQ(manifest->name, "chat");
  EXPECT_EQ(manifest->team, "chat-team");
  ASSERT_EQ(manifest->requires_.size(), 2u);
  EXPECT_EQ(manifest->requires_[1].module, "waku");
  EXPECT_EQ(manifest->requires_[1].methods, std::vector<std::string>{"*"});
  EXPECT_FALSE(manifest->requires_[1].restart_with_it);
  EXPECT_EQ(manifest->start_timeout, milliseconds(10'000));
  EXPECT_EQ(manifest->restart.budget, 5u);
  EXPECT_EQ(manifest->sandbox, Sandbox::local);
  EXPECT_EQ(manifest->memory_bytes, 512u << 20);
  EXPECT_EQ(manifest->data_bytes, 1'024u << 20) << "twice that";
  EXPECT_NE(manifest->settings.as_map(), nullptr);
}

TEST(Manifest, EveryKey) {
  const auto manifest = parse(R"(name = "waku"
executable = "status-waku"
interface = "2.10"
backend = "mesh"
sandbox = "network"
[owner]
team = "waku-team"
contact = "c"
[requires.keys]
methods = ["keys.database"]
on_death = "restart"
[requires.waku_native]
backend = "native"
[timeouts]
start_ms = 1
stop_ms = 2
[restart]
when = "on_failure"
backoff_ms = 3
backoff_max_ms = 4
budget = 0
[limits]
memory_bytes = 67108864
data_bytes = 134217728
descriptors = 64
stack_bytes = 1048576
[metrics]
reexport = ["libp2p_*", "nim_gc_mem_bytes"]
[settings]
retention = { hours = 5 }
)");
  ASSERT_TRUE(manifest.has_value()) << manifest.error().message;
  EXPECT_EQ(manifest->backend, "mesh");
  EXPECT_EQ(manifest->requires_[0].methods, std::vector<std::string>{"keys.database"});
  EXPECT_TRUE(manifest->requires_[0].restart_with_it);
  EXPECT_EQ(manifest->requires_[0].backend, "");
  EXPECT_EQ(manifest->requires_[1].backend, "native");
  EXPECT_EQ(manifest->start_timeout, milliseconds(1));
  EXPECT_EQ(manifest->stop_timeout, milliseconds(2));
  EXPECT_EQ(manifest->restart.when, RestartPolicy::When::on_failure);
  EXPECT_EQ(manifest->restart.first_delay, milliseconds(3));
  EXPECT_EQ(manifest->restart.delay_cap, milliseconds(4));
  EXPECT_EQ(manifest->restart.budget, 0u);
  EXPECT_EQ(manifest->sandbox, Sandbox::network);
  EXPECT_EQ(manifest->memory_bytes, 64u << 20);
  EXPECT_EQ(manifest->stack_bytes, 1u << 20);
  EXPECT_EQ(manifest->descriptors, 64u);
  EXPECT_EQ(manifest->reexport, (std::vector<std::string>{"libp2p_*", "nim_gc_mem_bytes"}));
  EXPECT_EQ(manifest->data_bytes, 134217728u);
  EXPECT_EQ(manifest->settings.find("retention")->int_or("hours", 0), 5);
}

TEST(Manifest, AnUnknownKeyHasFileLineAndTheNearestValidKey) {
  EXPECT_EQ(problem("name = \"chat\"\nexecutabel = \"x\"\nexecutable = \"x\"\ninterface = \"1.0\"\n[owner]\nteam = "
                    "\"t\"\ncontact = \"c\"\n"),
            "module.toml:2: `executabel` is not a key; did you mean `executable`?");
  EXPECT_EQ(problem(std::string(kChat) + "[timeouts]\nstrat_ms = 5\n"),
            "module.toml:9: `timeouts.strat_ms` is not a key; did you mean `timeouts.start_ms`?");
}

TEST(Manifest, EveryProblemSaysWhere) {
  EXPECT_EQ(problem(std::string(kChat) + "[timeouts]\nstart_ms = 0\n"),
            "module.toml:9: `timeouts.start_ms` must be an integer from 1 to 3600000");
  EXPECT_THAT(problem("name = \"Chat\"\n"), testing::StartsWith("module.toml:1: `name` must be a module name"));
  EXPECT_THAT(problem("executable = \"x\"\n"), testing::HasSubstr("`name` is missing"));
  EXPECT_THAT(problem("name = \"a\"\nexecutable = \"x\"\ninterface = \"1.0\"\n"),
              testing::HasSubstr("`owner` is missing"));
  EXPECT_THAT(problem("name = \"a\"\nexecutable = \"x\"\ninterface = \"one\"\n"),
              testing::HasSubstr("module.toml:3: `interface`"));
  EXPECT_THAT(problem("name = \"a\"\nsandbox = \"strict\"\nexecutable = \"x\"\ninterface = \"1.0\"\n"),
              testing::HasSubstr("module.toml:2: `sandbox` is `strict`; it must be one of: none, local, network"));
}

TEST(Manifest, WhatIsReexportedIsNamedAndIsNobodyElses) {
  const auto with = [](const std::string& line) { return problem(std::string(kChat) + "[metrics]\n" + line + "\n"); };
  EXPECT_EQ(with("reexport = []"), "");
  EXPECT_EQ(with("reexport = [\"*\"]"), "");
  EXPECT_EQ(with("reexprot = [\"a\"]"),
            "module.toml:9: `metrics.reexprot` is not a key; did you mean `metrics.reexport`?");
  EXPECT_THAT(with("reexport = [\"a\", \"*_total\"]"),
              testing::StartsWith("module.toml:9: `metrics.reexport` has `*_total`: it must be the name of a metric"));
  EXPECT_THAT(with("reexport = [\"process_*\"]"), testing::HasSubstr("has `process_*`: every module has such metrics"));
  EXPECT_THAT(with("reexport = \"a\""), testing::StartsWith("module.toml:9: `metrics.reexport` must be"));
  std::string many = "reexport = [\"a\"";
  for (int i = 0; i < 64; ++i) many += ", \"a\"";
  EXPECT_THAT(with(many + "]"), testing::HasSubstr("more than 64"));
}

TEST(Manifest, ARequirementIsNamedOnceAndIsSomebodyElse) {
  const std::string head = "name = \"a\"\nexecutable = \"x\"\ninterface = \"1.0\"\n";
  const std::string owner = "[owner]\nteam = \"t\"\ncontact = \"c\"\n";
  EXPECT_THAT(problem(head + "requires = [\"a\"]\n" + owner), testing::HasSubstr("names the module itself"));
  EXPECT_THAT(problem(head + "requires = [\"b\", \"b\"]\n" + owner), testing::HasSubstr("names `b` twice"));
}

TEST(Manifest, Names) {
  EXPECT_TRUE(is_module_name("a"));
  EXPECT_TRUE(is_module_name("waku_native2"));
  for (const char* name : {"", "2a", "_a", "A", "a-b", "a.b", "modules", "supervisor"})
    EXPECT_FALSE(is_module_name(name)) << name;
  EXPECT_TRUE(is_module_name(std::string(32, 'a')));
  EXPECT_FALSE(is_module_name(std::string(33, 'a')));
}

}  // namespace
}  // namespace status::supervisor
