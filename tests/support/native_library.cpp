#include "tests/support/native_library.h"

#include <sys/stat.h>

#include <filesystem>

#include "tests/support/temp_dir.h"
#include "tests/support/test_node.h"

namespace status::test {

std::string install_native_library(const std::string& data_dir, const NativeLibrary& library) {
  const std::string folder = data_dir + "/modules.d/" + library.module;
  const std::string path = folder + "/lib" + library.library + ".so";
  write_file(folder + "/module.toml", read_file(STATUS_SOURCE_DIR "/services/native/" + library.module + ".toml"));
  std::filesystem::copy_file(binary("lib" + library.library + ".so"), path);
  ::chmod(path.c_str(), 0600);
  std::string settings = "[" + library.module + "]\nlibrary = \"" + path + "\"\nfamily = \"" + library.family +
                         "\"\ngeneration = \"" + library.generation + "\"\nconfig = {" + library.config + "}\n";
  for (const std::string& line : library.settings) settings += line + "\n";
  write_file(data_dir + "/node.toml", settings);
  ::chmod(data_dir.c_str(), 0700);
  return path;
}

}  // namespace status::test
