#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/layout/manifests.h"
#include "tests/unit/layout/rules.h"

namespace status::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

SourceFile including(const std::string& path, std::vector<std::string> lines) { return {path, std::move(lines)}; }

TEST(IncludeRules, AreKeptByEveryFile) {
  const Requirements requirements = requirements_of(read_builtin_modules());
  std::size_t checked = 0;
  for (const SourceFile& file : read_source_tree()) {
    if (!file.is_code()) continue;
    EXPECT_THAT(include_violations(file, requirements), IsEmpty());
    ++checked;
  }
  EXPECT_GT(checked, 100U);
}

TEST(IncludeRules, EveryQuotedIncludeIsRootedAtTheRepository) {
  for (const SourceFile& file : read_source_tree()) {
    if (!file.is_code()) continue;
    for (const Include& include : includes_of(file)) {
      if (!include.rooted) continue;
      EXPECT_TRUE(std::filesystem::is_regular_file(source_root() + "/" + include.target))
          << file.path << ":" << include.line << ": " << include.target;
    }
  }
}

TEST(IncludeRules, HeavyHeadersStayInTheFewFilesThatMayHaveThem) {
  for (const SourceFile& file : read_source_tree()) {
    if (!file.is_code()) continue;
    EXPECT_THAT(heavy_header_violations(file), IsEmpty());
  }
}

TEST(IncludeRules, ChatNamesItsKeyAgreementAndRatchetInOnePlace) {
  for (const SourceFile& file : read_source_tree()) {
    if (!is_in(file.path, "services/chat") || is_in(file.path, "services/chat/crypto")) continue;
    for (const Include& include : includes_of(file)) {
      if (!include.target.ends_with("/double_ratchet.h")) continue;
      EXPECT_EQ(file.path, "services/chat/engine/x3dh_ratchet.cpp") << "everything else knows SessionCipher";
    }
  }
}

TEST(IncludeRules, NoticeAFolderThatReachesUpwards) {
  EXPECT_THAT(
      include_violations(including("ipc/base/x.h", {"#pragma once", "", "#include \"metrics/registry.h\""}), {}),
      ElementsAre("ipc/base/x.h:3: includes metrics/registry.h"));
  EXPECT_THAT(include_violations(including("ipc/base/x.h", {"#include \"ipc/client/client.h\""}), {}), SizeIs(1));
  EXPECT_THAT(include_violations(including("metrics/x.cpp", {"#include \"services/host/module.h\""}), {}), SizeIs(1));
  EXPECT_THAT(include_violations(including("supervisor/tree/x.cpp", {"#include \"supervisor/process/files.h\""}), {}),
              SizeIs(1));
  EXPECT_THAT(include_violations(including("supervisor/statusd/x.cpp", {"#include \"ipc/wire/envelope.h\""}), {}),
              SizeIs(1));
  EXPECT_THAT(include_violations(including("supervisor/gateway/x.cpp", {"#include \"services/chat/api.h\""}), {}),
              SizeIs(1));
}

TEST(IncludeRules, AServiceSeesTheApiOfWhatItRequiresAndNothingElse) {
  const Requirements requirements = {{"services/chat", {"services/waku"}}, {"services/waku", {}}};
  const auto violations = [&](const std::string& path, const std::string& target) {
    return include_violations(including(path, {"#include \"" + target + "\""}), requirements);
  };
  EXPECT_THAT(violations("services/chat/engine/x.cpp", "services/waku/api.h"), IsEmpty());
  EXPECT_THAT(violations("services/chat/engine/x.cpp", "services/waku/message.h"), SizeIs(1));
  EXPECT_THAT(violations("services/chat/x.cpp", "services/features/keys/api.h"), SizeIs(1));
  EXPECT_THAT(violations("services/waku/x.cpp", "services/chat/api.h"), SizeIs(1));
  EXPECT_THAT(violations("services/chat/x.cpp", "supervisor/tree/tree.h"), SizeIs(1));
  EXPECT_THAT(violations("services/chat/x.cpp", "tests/support/allocations.h"), SizeIs(1));
}

TEST(IncludeRules, NoticeAHeavyHeader) {
  EXPECT_THAT(heavy_header_violations(including("ipc/base/x.h", {"#include <msgpack.hpp>"})), SizeIs(1));
  EXPECT_THAT(heavy_header_violations(including("services/chat/x.cpp", {"#include <nlohmann/json.hpp>"})), SizeIs(1));
  EXPECT_THAT(heavy_header_violations(including("supervisor/statusd/x.cpp", {"#include <CLI/CLI.hpp>"})), SizeIs(1));
  EXPECT_THAT(heavy_header_violations(including("supervisor/cli/x.cpp", {"#include <CLI/CLI.hpp>"})), IsEmpty());
}

}  // namespace
}  // namespace status::test
