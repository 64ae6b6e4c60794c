#include "supervisor/plan/blueprint.h"

#include <gtest/gtest.h>

#include "supervisor/statusd/edges.h"
#include "tests/support/temp_dir.h"

namespace status::supervisor {
namespace {

std::string manifest(const std::string& name, const std::string& more = "") {
  return "name = \"" + name + "\"\nexecutable = \"status-" + name + "\"\ninterface = \"1.0\"\n" + more +
         "\n[owner]\nteam = \"t\"\ncontact = \"c\"\n";
}

class BlueprintTest : public testing::Test {
 protected:
  BlueprintTest() {
    built_in("gateway");
    built_in("keys");
    built_in("waku", "requires = [\"keys\"]\nbackend = \"mesh\"");
  }
  void built_in(const std::string& name, const std::string& more = "") {
    test::write_file(dir_ / ("share/" + name + "/module.toml"), manifest(name, more));
  }
  void third_party(const std::string& name, const std::string& more = "") {
    test::write_file(dir_ / ("n/modules.d/" + name + "/module.toml"), manifest(name, more));
  }
  void grant(const std::string& text) { test::write_file(dir_ / "n/grants.toml", text); }
  Result<Blueprint> load(const std::vector<std::string>& settings = {}) {
    return load_blueprint({.data_dir = dir_ / "n", .run_dir = dir_ / "n/run"},
                          {.bin_dir = "/bin-dir", .modules_dir = dir_ / "share"}, {.settings = settings});
  }
  std::string problem(const std::vector<std::string>& settings = {}) {
    const auto blueprint = load(settings);
    return blueprint ? "" : blueprint.error().message;
  }

  test::TempDir dir_;
};

TEST_F(BlueprintTest, BuiltInModulesWithTheGatewayFirst) {
  third_party("aaa", "requires = [\"waku\"]");
  test::write_file(dir_ / "n/modules.d/aaa/status-aaa", "");
  const auto blueprint = load();
  ASSERT_TRUE(blueprint.has_value()) << blueprint.error().message;
  EXPECT_EQ(blueprint->names(), (std::vector<std::string>{"gateway", "keys", "waku", "aaa"}));
  EXPECT_EQ(blueprint->modules[1].executable, "/bin-dir/status-keys");
  EXPECT_EQ(blueprint->modules[3].executable, dir_ / "n/modules.d/aaa/status-aaa");
  const auto tree = blueprint->tree();
  EXPECT_TRUE(tree[0].front);
  EXPECT_EQ(tree[3].requires_.at(0).module, 2u);
}

TEST_F(BlueprintTest, TheGatewayHasNoNetworkWhereItListensOnNothing) {
  built_in("gateway", "sandbox = \"network\"");
  const auto sandbox = [&](const std::vector<std::string>& settings) {
    return load(settings)->modules[0].manifest.sandbox;
  };
  EXPECT_EQ(sandbox({}), Sandbox::network);
  EXPECT_EQ(sandbox({"metrics.listen="}), Sandbox::local);
  EXPECT_EQ(sandbox({"metrics.listen=", "remote.listen=tls+tcp://127.0.0.1:0"}), Sandbox::network);
}

TEST_F(BlueprintTest, TheOperatorChoosesTheBuiltInOnes) {
  third_party("aaa");
  EXPECT_EQ(load({"modules=[\"keys\"]"})->names(), (std::vector<std::string>{"gateway", "keys", "aaa"}));
  EXPECT_EQ(load({"modules=[]", "gateway.enabled=false"})->names(), std::vector<std::string>{"aaa"});
}

TEST_F(BlueprintTest, SomeRunOnlyWhereTheyAreEnabled) {
  using Names = std::vector<std::string>;
  built_in("chain", "[settings]\nenabled = false");
  EXPECT_EQ(load()->names(), (Names{"gateway", "keys", "waku"}));
  EXPECT_EQ(load({"chain.endpoints=[]"})->names(), (Names{"gateway", "keys", "waku"}));
  EXPECT_EQ(load({"chain.enabled=true"})->names(), (Names{"gateway", "chain", "keys", "waku"}));
  EXPECT_EQ(load({"modules=[\"chain\"]"})->names(), (Names{"gateway", "chain"}));
  EXPECT_EQ(load({"modules=[\"keys\"]", "chain.enabled=true"})->names(), (Names{"gateway", "keys"}));
}

TEST_F(BlueprintTest, WhatIsRequiredMustBeEnabled) {
  EXPECT_THAT(problem({"modules=[\"waku\"]"}), testing::HasSubstr("module waku requires `keys`, which is not enabled"));
}

TEST_F(BlueprintTest, WhatABackendRequiresIsRequiredWithThatBackendOnly) {
  built_in("waku", "backend = \"mesh\"\n[requires.keys]\n[requires.waku_native]\nbackend = \"native\"");
  EXPECT_EQ(load()->tree()[2].requires_.size(), 1u);
  EXPECT_THAT(problem({"waku.backend=native"}),
              testing::HasSubstr("module waku requires `waku_native`, which is not enabled"));
  third_party("waku_native");
  const auto native = load({"waku.backend=native"});
  ASSERT_TRUE(native.has_value()) << native.error().message;
  EXPECT_EQ(native->tree()[2].requires_.size(), 2u);
  EXPECT_EQ(native->modules[2].edges.size(), 2u) << "nobody has to grant it";
}

TEST_F(BlueprintTest, BrokenManifestsAreNamed) {
  third_party("keys");
  EXPECT_THAT(problem(), testing::HasSubstr("modules.d/keys/module.toml: there is a built-in module of that name"));
}

TEST_F(BlueprintTest, AFolderIsCalledLikeItsModule) {
  test::write_file(dir_ / "n/modules.d/other/module.toml", manifest("mine"));
  EXPECT_THAT(problem(), testing::HasSubstr("the module is called mine"));
}

TEST_F(BlueprintTest, ACycleIsNamed) {
  third_party("a", "requires = [\"b\"]");
  third_party("b", "requires = [\"a\"]");
  EXPECT_THAT(problem(), testing::HasSubstr("a → b → a"));
}

TEST_F(BlueprintTest, AConfigurationThatWasNamedMustBeThere) {
  EXPECT_EQ(load_blueprint({.data_dir = dir_ / "n", .run_dir = ""}, {.bin_dir = "", .modules_dir = dir_ / "share"},
                           {.config = dir_ / "none.toml"})
                .error()
                .code,
            Code::not_found);
}

TEST_F(BlueprintTest, EveryEdgeHasACredentialOfItsOwn) {
  third_party("aaa", "[requires.waku]\nmethods = [\"waku.send\"]\n");
  grant("[aaa]\nwaku = [\"*\"]\n");
  const auto blueprint = load();
  ASSERT_TRUE(blueprint.has_value()) << blueprint.error().message;
  SeededRandom random(1);
  EdgeBook edges({.data_dir = "/n", .run_dir = "/n/run"}, random);
  edges.update(blueprint->modules);
  const auto waku = edges.edges_of("waku");
  ASSERT_EQ(waku.to.size(), 1u);
  EXPECT_EQ(waku.to.at("keys").url, "ipc:///n/run/keys/rpc.sock");
  ASSERT_EQ(waku.from.size(), 2u);
  EXPECT_EQ(waku.from.at("aaa").methods, std::vector<std::string>{"waku.send"});
  EXPECT_EQ(waku.from.at("gateway").methods, std::vector<std::string>{"*"});
  EXPECT_NE(edges.edges_of("gateway").to.at("waku").credential, edges.edges_of("aaa").to.at("waku").credential);
  EXPECT_EQ(edges.gateway_credential("waku"), edges.edges_of("gateway").to.at("waku").credential);
  EXPECT_TRUE(edges.gateway_credential("gateway").empty());
}

TEST_F(BlueprintTest, AThirdPartyMayCallWhatItAsksForAndWasGranted) {
  third_party("aaa", "[requires.waku]\nmethods = [\"waku.send\", \"waku.info\"]\n[requires.keys]\n");
  EXPECT_TRUE(load()->modules[3].edges.empty()) << "a manifest is a wish";
  EXPECT_EQ(load()->modules[3].ungranted(), (std::vector<std::string>{"waku", "keys"}));
  EXPECT_EQ(load()->tree()[3].requires_.size(), 2u) << "it still starts after them";
  grant("[aaa]\nwaku = [\"waku.send\", \"waku.connect\"]\n[bbb]\nkeys = [\"*\"]\n");
  const auto blueprint = load();
  ASSERT_TRUE(blueprint.has_value()) << blueprint.error().message;
  ASSERT_EQ(blueprint->modules[3].edges.size(), 1u);
  EXPECT_EQ(blueprint->modules[3].edges[0].methods, std::vector<std::string>{"waku.send"});
  EXPECT_EQ(blueprint->modules[2].edges.size(), 1u) << "what is built in needs no grant";
}

TEST_F(BlueprintTest, AWrongGrantIsAnErrorWithFileAndLine) {
  grant("[aaa]\nwaku = \"all\"\n");
  EXPECT_THAT(problem(), testing::HasSubstr("grants.toml:2: `aaa.waku` must be a list of strings"));
}

TEST_F(BlueprintTest, EdgesKeepTheirCredentialsWhenOthersComeAndGo) {
  const auto before = load();
  SeededRandom random(1);
  EdgeBook edges({.data_dir = "/n", .run_dir = "/n/run"}, random);
  edges.update(before->modules);
  const Bytes kept = edges.edges_of("waku").to.at("keys").credential;
  third_party("aaa", "requires = [\"keys\"]");
  grant("[aaa]\nkeys = [\"*\"]\n");
  edges.update(load()->modules);
  EXPECT_EQ(edges.edges_of("waku").to.at("keys").credential, kept);
  EXPECT_EQ(edges.edges_of("keys").from.size(), 3u);
  edges.update(before->modules);
  EXPECT_EQ(edges.edges_of("keys").from.size(), 2u);
}

}  // namespace
}  // namespace status::supervisor
