// docs/PRODUCT.md and docs/DEPENDENCIES.md against the manifests, the README, the packages and the tests that there are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "tests/unit/layout/manifests.h"
#include "tests/unit/layout/markdown.h"
#include "tests/unit/layout/source_tree.h"

namespace status::test {
namespace {

using testing::Contains;
using testing::ElementsAreArray;

struct Promise {
  std::string title;
  std::vector<std::string> labels;           // in their order
  std::map<std::string, std::string> lines;  // by label, each in one line

  const std::string& line(const std::string& label) const { return lines.at(label); }
};

// "- **Label:** text", and further lines that are indented.
std::vector<Promise> read_promises() {
  std::vector<Promise> promises;
  std::string* open = nullptr;
  for (const std::string& line : read_source_file("docs/PRODUCT.md").lines) {
    if (line.starts_with("  ") && open != nullptr) {
      open->append(line, 1);
      continue;
    }
    open = nullptr;
    if (line.starts_with("## ")) promises.push_back({.title = line.substr(3), .labels = {}, .lines = {}});
    const std::size_t end = line.find(":** ");
    if (!line.starts_with("- **") || end == std::string::npos || promises.empty()) continue;
    const std::string label = line.substr(4, end - 4);
    promises.back().labels.push_back(label);
    open = &(promises.back().lines[label] = line.substr(end + 4));
  }
  return promises;
}

// "Suite.Case" of every test below tests/.
std::set<std::string> read_tests() {
  std::set<std::string> tests;
  for (const SourceFile& file : read_source_tree()) {
    if (!is_in(file.path, "tests") || !file.path.ends_with(".cpp")) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      std::string text = file.lines[i];
      if (!text.starts_with("TEST")) continue;
      if (text.find(')') == std::string::npos && i + 1 < file.lines.size()) text += file.lines[i + 1];
      const std::size_t begin = text.find('(') + 1;
      const std::vector<std::string> names = listed(text.substr(begin, text.find(')') - begin));
      if (begin != 0 && names.size() == 2) tests.insert(names[0] + "." + names[1]);
    }
  }
  return tests;
}

// Programs below tests/ and the long proofs.
std::set<std::string> read_programs() {
  std::set<std::string> programs;
  for (const SourceFile& file : read_source_tree()) {
    if (!is_in(file.path, "tests") || !file.path.ends_with("/CMakeLists.txt")) continue;
    for (const std::string& line : file.lines) {
      const std::string call = "status_executable(";
      const std::size_t at = line.find(call);
      if (at != std::string::npos)
        programs.insert(line.substr(at + call.size(), line.find(' ', at) - at - call.size()));
    }
  }
  for (const std::string& line : read_source_file("tests/proof/list").lines)
    programs.insert(line.substr(0, line.find(' ')));
  return programs;
}

// What the README's table says that each program has measured.
std::map<std::string, std::string> read_figures() {
  std::map<std::string, std::string> figures;
  std::string program;
  for (const std::string& line : read_source_file("README.md").lines) {
    const std::vector<std::string> cells = cells_of(line);
    if (cells.size() != 3) continue;
    const std::vector<std::string> code = marked(cells[0], "`");
    if (!cells[0].empty()) program = code.empty() ? "" : code[0].substr(0, code[0].find(' '));
    if (!program.empty()) figures[program] += cells[1] + " " + cells[2] + "\n";
  }
  return figures;
}

// "4.2 ms" is not in "14.2 ms".
bool has_figure(const std::string& text, const std::string& figure) {
  for (std::size_t at = text.find(figure); at != std::string::npos; at = text.find(figure, at + 1)) {
    if (at == 0 || std::string_view("0123456789.,").find(text[at - 1]) == std::string_view::npos) return true;
  }
  return false;
}

std::map<std::string, std::string> teams_by_module() {
  std::map<std::string, std::string> teams;
  for (const ManifestFile& file : read_manifests()) teams[file.manifest.name] = file.manifest.team;
  return teams;
}

TEST(Product, EveryPromiseHasItsLines) {
  const std::vector<Promise> promises = read_promises();
  EXPECT_GE(promises.size(), 10U);
  for (const Promise& promise : promises) {
    std::vector<std::string> labels = {"Today", "Ours", "Modules", "Owner", "Shown by"};
    if (promise.lines.contains("Not yet")) labels.emplace_back("Not yet");
    EXPECT_THAT(promise.labels, ElementsAreArray(labels)) << promise.title;
    const std::string& today = promise.line("Today");
    EXPECT_TRUE(today.find("Source: ") != std::string::npos || today.starts_with("not measured"))
        << promise.title << ": " << today;
  }
}

TEST(Product, ModulesAndOwnersAreThoseOfTheManifests) {
  const std::map<std::string, std::string> teams = teams_by_module();
  std::set<std::string> spoken_of;
  for (const Promise& promise : read_promises()) {
    std::vector<std::string> owners;
    for (const std::string& module : listed(promise.line("Modules"))) {
      ASSERT_TRUE(teams.contains(module)) << promise.title << ": no module is called " << module;
      spoken_of.insert(module);
      if (std::ranges::find(owners, teams.at(module)) == owners.end()) owners.push_back(teams.at(module));
    }
    EXPECT_THAT(listed(promise.line("Owner")), ElementsAreArray(owners)) << promise.title;
  }
  for (const auto& [module, team] : teams) EXPECT_TRUE(spoken_of.contains(module)) << module << " keeps no promise";
}

TEST(Product, WhatShowsAPromiseIsThere) {
  const std::set<std::string> tests = read_tests();
  const std::set<std::string> programs = read_programs();
  for (const Promise& promise : read_promises()) {
    std::size_t cases = 0;
    for (const std::string& name : marked(promise.line("Shown by"), "`")) {
      const bool is_case = name.find('.') != std::string::npos;
      cases += is_case ? 1 : 0;
      EXPECT_THAT(is_case ? tests : programs, Contains(name)) << promise.title;
    }
    EXPECT_GE(cases, 1U) << promise.title << ": no test shows it";
  }
}

TEST(Product, FiguresAreThoseOfTheReadme) {
  const std::map<std::string, std::string> figures = read_figures();
  for (const Promise& promise : read_promises()) {
    std::string measured;
    for (const std::string& name : marked(promise.line("Shown by"), "`")) {
      const auto found = figures.find(name);
      if (found != figures.end()) measured += found->second;
    }
    for (const std::string& figure : marked(promise.line("Ours"), "**")) {
      EXPECT_TRUE(has_figure(measured, figure)) << promise.title << ": " << figure << " is not what the README has:\n"
                                                << measured;
    }
  }
}

TEST(Dependencies, OurChoicesAreThere) {
  std::set<std::string> packages;
  for (const std::string& line : read_source_file("deploy/packages").lines)
    packages.insert(line.substr(0, line.find(' ')));
  std::size_t rows = 0;
  for (const std::string& line : read_source_file("docs/DEPENDENCIES.md").lines) {
    const std::vector<std::string> cells = cells_of(line);
    if (cells.empty()) continue;
    ASSERT_EQ(cells.size(), 4U) << line;
    for (const std::string& cell : cells) EXPECT_FALSE(cell.empty()) << line;
    for (const std::string& choice : marked(cells[2], "`")) {
      EXPECT_TRUE(packages.contains(choice) || std::filesystem::exists(source_root() + "/" + choice))
          << choice << " is neither a package of deploy/packages nor a place in this tree";
    }
    ++rows;
  }
  EXPECT_GE(rows, 12U);
}

}  // namespace
}  // namespace status::test
