#include "tests/support/installation.h"

#include <filesystem>
#include <sstream>

#include "tests/support/test_node.h"

namespace status::test {
namespace {

namespace fs = std::filesystem;

void write_script(const std::string& path, const std::map<std::string, std::string>& variables,
                  const std::string& program) {
  std::string text = "#!/bin/sh\nexec env";
  for (const auto& [name, value] : variables) text += " '" + name + "=" + value + "'";
  write_file(path, text + " '" + program + "' \"$@\"\n");
  fs::permissions(path, fs::perms::owner_all);
}

// The built-in manifests, without sandboxes: a script in a place of the test's may not execute the real program.
void copy_manifests(const fs::path& from, const fs::path& to) {
  for (const auto& entry : fs::directory_iterator(from)) {
    std::istringstream lines(read_file(entry.path() / "module.toml"));
    std::string text = "sandbox = \"none\"\n";
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("sandbox")) text += line + "\n";
    }
    write_file(to / entry.path().filename() / "module.toml", text);
  }
}

}  // namespace

Installation::Installation(const std::map<std::string, std::string>& variables) {
  const fs::path bin = fs::path(binary("statusd")).parent_path();
  fs::create_directories(place_ / "bin");
  copy_manifests(bin / "../share/status/modules", place_ / "share/status/modules");
  // It goes by the file that it is, so a script or a link would find the real ones.
  fs::copy_file(binary("statusd"), place_ / "bin/statusd");
  write_script(statusd(), variables, place_ / "bin/statusd");
  for (const char* program : {"status-gateway", "status-keys", "status-storage", "status-waku", "status-chat"}) {
    write_script(place_ / "bin/" + program, variables, binary(program));
  }
}

}  // namespace status::test
