// Feeds files to a fuzz target, without libFuzzer: FILE or DIRECTORY, any number. What a target once found stays a test
// of every build. Exit code 2 when there is nothing to feed.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "tests/support/temp_dir.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::size_t feed(const std::filesystem::path& path) {
  std::size_t fed = 0;
  if (std::filesystem::is_directory(path)) {
    for (const auto& entry : std::filesystem::directory_iterator(path)) fed += feed(entry.path());
    return fed;
  }
  // In a buffer of exactly its size, so that a sanitizer sees a read past its end.
  const std::string text = status::test::read_file(path);
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  std::printf("%s\n", path.c_str());
  std::fflush(stdout);
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t fed = 0;
  for (int i = 1; i < argc; ++i) fed += feed(argv[i]);
  std::printf("%zu inputs\n", fed);
  return fed == 0 ? 2 : 0;
}
