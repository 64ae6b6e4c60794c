// A directory that is gone with its owner. One thread.
#pragma once

#include <string>

namespace status::test {

// Private (0700), under TMPDIR or /tmp, with a short path: sockets go into it.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

void write_file(const std::string& path, const std::string& text);  // makes parent directories
std::string read_file(const std::string& path);                     // empty when it is not there

}  // namespace status::test
