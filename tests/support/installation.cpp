#include "tests/support/installation.h"

#include <filesystem>

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

}  // namespace

Installation::Installation(const std::map<std::string, std::string>& variables) {
  const fs::path bin = fs::path(binary("statusd")).parent_path();
  fs::create_directories(place_ / "bin");
  fs::create_directories(place_ / "share/status");
  fs::create_directory_symlink(fs::canonical(bin / "../share/status/modules"), place_ / "share/status/modules");
  // It goes by the file that it is, so a script or a link would find the real ones.
  fs::copy_file(binary("statusd"), place_ / "bin/statusd");
  write_script(statusd(), variables, place_ / "bin/statusd");
  for (const char* program : {"status-gateway", "status-keys", "status-waku", "status-chat"}) {
    write_script(place_ / "bin/" + program, variables, binary(program));
  }
}

}  // namespace status::test
