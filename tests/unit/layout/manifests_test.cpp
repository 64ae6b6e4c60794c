#include "tests/unit/layout/manifests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "supervisor/tree/graph.h"

namespace status::test {
namespace {

using supervisor::GraphNode;

// The graph of all `requires`, an edge a line, in the notation that README.md shows.
std::vector<std::string> drawing(const std::vector<BuiltinModule>& modules) {
  std::vector<std::string> lines = {"```mermaid", "graph TD"};
  for (const BuiltinModule& module : modules) {
    if (module.manifest.requires_.empty()) lines.push_back("  " + module.manifest.name);
    for (const supervisor::Requirement& requirement : module.manifest.requires_) {
      const std::string arrow = requirement.backend.empty() ? " --> " : " -. " + requirement.backend + " .-> ";
      lines.push_back("  " + module.manifest.name + arrow + requirement.module);
    }
  }
  lines.emplace_back("```");
  return lines;
}

TEST(Manifests, RequireEachOtherWithoutACycle) {
  std::vector<GraphNode> nodes;
  for (const BuiltinModule& module : read_builtin_modules()) {
    GraphNode node{.name = module.manifest.name, .requires_ = {}};
    for (const supervisor::Requirement& requirement : module.manifest.requires_) {
      if (requirement.backend.empty()) node.requires_.push_back(requirement.module);
    }
    nodes.push_back(std::move(node));
  }
  const auto waves = supervisor::start_waves(nodes);
  ASSERT_TRUE(waves) << waves.error().message;
  EXPECT_GE(nodes.size(), 4U);
}

TEST(Manifests, AreDrawnInTheReadme) {
  const std::vector<std::string> drawn = drawing(read_builtin_modules());
  const std::vector<std::string> readme = read_source_file("README.md").lines;
  const auto found = std::search(readme.begin(), readme.end(), drawn.begin(), drawn.end());
  EXPECT_NE(found, readme.end()) << "README.md has another drawing of the modules; it should be\n"
                                 << testing::PrintToString(drawn);
}

TEST(Manifests, AreRowsOfTheReadmesTable) {
  const std::vector<std::string> readme = read_source_file("README.md").lines;
  for (const BuiltinModule& module : read_builtin_modules()) {
    const auto& manifest = module.manifest;
    const std::string row = "| [" + manifest.name + "](" + module.folder + "/) | " + manifest.team + " | ";
    EXPECT_THAT(readme, testing::Contains(testing::StartsWith(row)));
  }
}

TEST(Manifests, NameOneProgramPerModule) {
  for (const BuiltinModule& module : read_builtin_modules()) {
    EXPECT_EQ(module.manifest.executable, "status-" + module.manifest.name) << module.folder;
    EXPECT_EQ(std::filesystem::path(module.folder).filename(), module.manifest.name);
    EXPECT_FALSE(module.manifest.contact.empty()) << module.folder;
  }
}

}  // namespace
}  // namespace status::test
