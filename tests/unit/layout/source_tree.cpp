#include "tests/unit/layout/source_tree.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace status::test {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 9> kFolders = {".ci",     "cmake",    "deploy",     "docs", "ipc",
                                                      "metrics", "services", "supervisor", "tests"};
constexpr std::array<std::string_view, 10> kBinary = {".bin", ".db",  ".gz",  ".pyc", ".png",
                                                      ".svg", ".hex", ".der", ".pem", ".json"};

bool is_text(const std::string& path) {
  return !path.starts_with("tests/fixtures/") &&
         std::none_of(kBinary.begin(), kBinary.end(), [&](std::string_view ending) { return path.ends_with(ending); });
}

}  // namespace

std::string source_root() { return STATUS_SOURCE_DIR; }

SourceFile read_source_file(const std::string& path) {
  std::ifstream in(source_root() + "/" + path);
  SourceFile file{.path = path, .lines = {}};
  for (std::string line; std::getline(in, line);) file.lines.push_back(std::move(line));
  if (in.bad() || !in.eof()) throw std::runtime_error("cannot read " + path);
  return file;
}

std::vector<SourceFile> read_source_tree() {
  std::vector<std::string> paths;
  for (const auto& entry : fs::directory_iterator(source_root())) {
    if (entry.is_regular_file()) paths.push_back(entry.path().filename().string());
  }
  for (const std::string_view folder : kFolders) {
    for (const auto& entry : fs::recursive_directory_iterator(source_root() + "/" + std::string(folder))) {
      if (entry.is_regular_file()) paths.push_back(entry.path().string().substr(source_root().size() + 1));
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<SourceFile> files;
  for (const std::string& path : paths) {
    if (is_text(path)) files.push_back(read_source_file(path));
  }
  return files;
}

std::vector<Include> includes_of(const SourceFile& file) {
  constexpr std::string_view kDirective = "#include ";
  std::vector<Include> includes;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    if (!line.starts_with(kDirective) || line.size() < kDirective.size() + 2) continue;
    const bool rooted = line[kDirective.size()] == '"';
    const auto begin = kDirective.size() + 1;
    includes.push_back({i + 1, rooted, line.substr(begin, line.find(rooted ? '"' : '>', begin) - begin)});
  }
  return includes;
}

bool is_in(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace status::test
