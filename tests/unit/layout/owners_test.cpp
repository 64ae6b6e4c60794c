// One source for who owns what: [owner] of the manifests. deploy/owners makes the rest of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "ipc/base/codec.h"
#include "tests/support/child_process.h"
#include "tests/support/patience.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/layout/manifests.h"

namespace status::test {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;

constexpr int kRefused = 1;

std::string owners(std::vector<std::string> words, int code = 0) {
  words.insert(words.begin(), source_root() + "/deploy/owners");
  ChildProcess program(words, {"PATH=/usr/bin:/bin"});
  EXPECT_EQ(program.wait(kPatience), code) << program.read_all();
  return program.read_all();
}

TEST(Owners, AreReadAsTheSupervisorReadsThem) {
  std::vector<std::string> expected;
  for (const ManifestFile& file : read_manifests()) {
    expected.push_back(file.manifest.team + " " + file.manifest.contact + " " + file.path);
  }
  std::vector<std::string> read;
  std::istringstream text(owners({}));
  for (std::string line; std::getline(text, line);) read.push_back(line);
  EXPECT_THAT(read, ElementsAreArray(expected));
}

TEST(Owners, AManifestWithoutOneIsRefusedByItsName) {
  const TempDir dir;
  for (const char* const wrong : {"name = \"odd\"\n", "[owner]\nteam = \"odd team\"\ncontact = \"odd@example.org\"\n",
                                  "[owner]\nteam = \"odd\"\n[other]\ncontact = \"odd@example.org\"\n"}) {
    write_file(dir / "module.toml", wrong);
    EXPECT_THAT(owners({dir / "module.toml"}, kRefused), HasSubstr(dir / "module.toml")) << wrong;
  }
}

TEST(Owners, CodeownersIsWhatTheManifestsMakeIt) {
  EXPECT_EQ(owners({"--codeowners"}), read_file(source_root() + "/CODEOWNERS"))
      << "deploy/owners --write writes it anew";
}

TEST(Owners, EachInterfaceHasThoseOfItsManifest) {
  std::size_t documents = 0;
  for (const BuiltinModule& module : read_builtin_modules()) {
    const std::string path = module.folder + "/openrpc.json";
    const Result<Value> document = parse_json(read_file(source_root() + "/" + path));
    ASSERT_TRUE(document) << path;
    const Value* owner = document->find("x-owner");
    ASSERT_NE(owner, nullptr) << path;
    EXPECT_EQ(*owner, Value::map({{"team", module.manifest.team}, {"contact", module.manifest.contact}}))
        << path << ": deploy/owners --write writes it anew";
    ++documents;
  }
  EXPECT_GE(documents, 6U);
}

}  // namespace
}  // namespace status::test
