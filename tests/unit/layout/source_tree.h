// The checkout as a list of files: what the tests of the layout look at. Plain values; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace status::test {

struct SourceFile {
  std::string path;  // from the root of the repository, "ipc/base/value.h"
  std::vector<std::string> lines;

  bool is_header() const { return path.ends_with(".h"); }
  bool is_code() const { return is_header() || path.ends_with(".cpp"); }
};

struct Include {
  std::size_t line = 0;  // counted from 1
  bool rooted = false;   // "..." and not <...>
  std::string target;
};

// The root of the repository, without a slash at its end.
std::string source_root();
// Every text file below our folders (not the build trees, not the fixtures), by path. Throws when one cannot be read.
std::vector<SourceFile> read_source_tree();
SourceFile read_source_file(const std::string& path);

std::vector<Include> includes_of(const SourceFile& file);

// "ipc/base/value.h" is in "ipc" and in "ipc/base", not in "ipc/b".
bool is_in(std::string_view path, std::string_view folder);

}  // namespace status::test
