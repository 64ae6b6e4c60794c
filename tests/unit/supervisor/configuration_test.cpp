#include "supervisor/tree/configuration.h"

#include <gtest/gtest.h>

#include "ipc/base/codec.h"

namespace status::supervisor {
namespace {

const std::vector<std::string> kModules = {"gateway", "keys", "waku", "chat"};

Result<Configuration> parse(std::string_view text, const std::vector<std::string>& settings = {}) {
  auto document = parse_toml(text, "node.toml");
  if (!document) return fail(document.error());
  for (const std::string& setting : settings) {
    if (auto applied = apply_override(*document, setting); !applied) return fail(applied.error());
  }
  return parse_configuration(*document, "node.toml", kModules);
}

std::string problem(std::string_view text, const std::vector<std::string>& settings = {}) {
  const auto configuration = parse(text, settings);
  return configuration ? "" : configuration.error().message;
}

TEST(Configuration, TheDefaults) {
  const auto configuration = parse("");
  ASSERT_TRUE(configuration.has_value());
  EXPECT_EQ(configuration->modules, std::nullopt);
  EXPECT_EQ(configuration->metrics_listen, "127.0.0.1:9464");
  EXPECT_EQ(configuration->log_level, "info");
  EXPECT_EQ(configuration->ping_interval, milliseconds(250));
  EXPECT_EQ(configuration->hang_limit, milliseconds(3'000));
  EXPECT_EQ(configuration->log_total_bytes, 128u << 20);
  EXPECT_EQ(configuration->log_lines_per_s, 1'000u);
  EXPECT_EQ(configuration->log_burst_lines, 10'000u);
}

TEST(Configuration, AllowedHostsAreNames) {
  const auto configuration = parse("[metrics]\nallowed_hosts = [\"node.example.org\", \"Node-7\"]\n");
  ASSERT_TRUE(configuration.has_value()) << configuration.error().message;
  EXPECT_EQ(configuration->metrics_allowed_hosts, (std::vector<std::string>{"node.example.org", "Node-7"}));
  const auto refused = parse("[metrics]\nallowed_hosts = [\"node:9464\"]\n");
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("node.toml:2: `metrics.allowed_hosts` has `node:9464`"), std::string::npos)
      << refused.error().message;
}

TEST(Configuration, TokensAreNotSentInTheClear) {
  const auto alone = parse("[metrics]\nrequire_token = true\n");
  ASSERT_TRUE(alone.has_value()) << alone.error().message;
  EXPECT_TRUE(alone->metrics_require_token);
  EXPECT_FALSE(alone->metrics_tls);
  EXPECT_TRUE(parse("[metrics]\nlisten = \"0.0.0.0:9464\"\ntls = true\nrequire_token = true\n").has_value());
  const auto refused = parse("[metrics]\nlisten = \"0.0.0.0:9464\"\nrequire_token = true\n");
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("node.toml:3: `metrics.require_token` would have tokens sent in the clear"),
            std::string::npos)
      << refused.error().message;
  const auto no_flag = parse("[metrics]\ntls = 1\n");
  ASSERT_FALSE(no_flag.has_value());
  EXPECT_NE(no_flag.error().message.find("`metrics.tls` must be true or false"), std::string::npos)
      << no_flag.error().message;
}

TEST(Configuration, TheCommandLineGoesOverTheFile) {
  const auto configuration =
      parse("[metrics]\nlisten = \"127.0.0.1:1\"\n[waku]\nbackend = \"mesh\"\n",
            {"metrics.listen=127.0.0.1:0", "waku.backend=native", "waku.mesh.listen=127.0.0.1:7000",
             "waku.mesh.peers=[\"a\", \"b\"]", "restart.budget=0", "modules=[]", "hang.limit_ms=5000"});
  ASSERT_TRUE(configuration.has_value()) << configuration.error().message;
  EXPECT_EQ(configuration->metrics_listen, "127.0.0.1:0");
  EXPECT_EQ(configuration->restart_budget, 0u);
  EXPECT_EQ(configuration->modules, std::vector<std::string>());
  EXPECT_EQ(configuration->hang_limit, milliseconds(5'000));
  const Manifest waku{.name = "waku",
                      .backend = "mesh",
                      .settings = Value::map({{"mesh", Value::map({{"tls", true}, {"listen", "x"}})}})};
  EXPECT_EQ(configuration->backend_of(waku), "native");
  const Value settings = configuration->settings_of(waku);
  EXPECT_EQ(settings.find("backend"), nullptr);
  EXPECT_EQ(settings.find("mesh")->string_or("listen", ""), "127.0.0.1:7000");
  EXPECT_TRUE(settings.find("mesh")->bool_or("tls", false))
      << "what the operator did not say stays as the manifest has it";
  EXPECT_EQ(settings.find("mesh")->find("peers")->as_array()->size(), 2u);
}

TEST(Configuration, ValuesOfTheCommandLineAreTomlOrBareWords) {
  Value document = Value::Map();
  ASSERT_TRUE(apply_override(document, "a=1").has_value());
  ASSERT_TRUE(apply_override(document, "b=true").has_value());
  ASSERT_TRUE(apply_override(document, "c=mesh").has_value());
  ASSERT_TRUE(apply_override(document, "d=\"1\"").has_value());
  ASSERT_TRUE(apply_override(document, "e=x = y").has_value());
  ASSERT_TRUE(apply_override(document, "f=").has_value());
  ASSERT_TRUE(apply_override(document, "g=1\nh=2").has_value());
  EXPECT_EQ(document,
            Value::map({{"a", 1}, {"b", true}, {"c", "mesh"}, {"d", "1"}, {"e", "x = y"}, {"f", ""}, {"g", "1\nh=2"}}));
}

TEST(Configuration, ABrokenOverrideIsNamed) {
  Value document = Value::map({{"a", 1}});
  for (const char* bad : {"novalue", "=1", ".a=1", "a..b=1", "a b=1", "a.b=1"}) {
    const auto applied = apply_override(document, bad);
    ASSERT_FALSE(applied.has_value()) << bad;
    EXPECT_THAT(applied.error().message, testing::HasSubstr(bad));
  }
}

TEST(Configuration, AnUnknownKeyHasFileLineAndTheNearestValidKey) {
  EXPECT_EQ(problem("\n[wakuu]\nbackend = \"mesh\"\n"), "node.toml:2: `wakuu` is not a key; did you mean `waku`?");
  EXPECT_EQ(problem("[metrics]\nlisen = \"\"\n"),
            "node.toml:2: `metrics.lisen` is not a key; did you mean `metrics.listen`?");
  EXPECT_EQ(problem("modules = [\"kees\"]\n"),
            "node.toml:1: `modules` names `kees`, which is no module here; did you mean `keys`?");
  EXPECT_EQ(problem("[logs]\nlevel = \"loud\"\n"),
            "node.toml:2: `logs.level` is `loud`; it must be one of: trace, debug, info, warn, error");
  EXPECT_EQ(problem("", {"metrics=5"}), "--set: `metrics` must be a table");
}

TEST(Configuration, OtherMachinesConnectOnlyWhereTheOperatorSaysSo) {
  EXPECT_EQ(parse("")->remote_listen, "");
  EXPECT_EQ(parse("[remote]\nlisten = \"\"\n")->remote_listen, "");
  for (const char* good : {"tls+tcp://0.0.0.0:7443", "tls+tcp://[::1]:0"}) {
    const auto configuration = parse("", {std::string("remote.listen=\"") + good + "\""});
    ASSERT_TRUE(configuration.has_value()) << configuration.error().message;
    EXPECT_EQ(configuration->remote_listen, good);
  }
  for (const char* bad : {"tcp://0.0.0.0:7443", "0.0.0.0:7443", "tls+tcp://0.0.0.0", "tls+tcp://host:1",
                          "tls+tcp://0.0.0.0:70000", "tls+tcp://::1:7443", "tls+tcp://:7443"}) {
    EXPECT_EQ(problem(std::string("[remote]\nlisten = \"") + bad + "\"\n"),
              "node.toml:2: `remote.listen` must be tls+tcp://ADDRESS:PORT with an address of this machine, such as "
              "tls+tcp://0.0.0.0:7443, and not `" +
                  std::string(bad) + "`");
  }
  EXPECT_EQ(problem("[remote]\nlisten = 7443\n"), "node.toml:2: `remote.listen` must be a string");
  EXPECT_EQ(problem("[remote]\nlissten = \"\"\n"),
            "node.toml:2: `remote.lissten` is not a key; did you mean `remote.listen`?");
  EXPECT_EQ(problem("[remot]\n"), "node.toml:1: `remot` is not a key; did you mean `remote`?");
}

TEST(Configuration, TheNodesRestartPolicyGoesOverTheManifests) {
  const auto configuration = parse("[restart]\nbackoff_ms = 0\nbudget = 0\n");
  ASSERT_TRUE(configuration.has_value());
  Manifest manifest;
  manifest.restart.delay_cap = milliseconds(7);
  const RestartPolicy policy = configuration->restart_of(manifest);
  EXPECT_EQ(policy.first_delay, milliseconds(0));
  EXPECT_EQ(policy.budget, 0u);
  EXPECT_EQ(policy.delay_cap, milliseconds(7));
}

}  // namespace
}  // namespace status::supervisor
