// The times that are given to stop: whoever is outside waits longer than whoever is inside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "ipc/base/codec.h"
#include "services/native/settings.h"
#include "supervisor/tree/configuration.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/layout/manifests.h"
#include "tests/unit/layout/source_tree.h"

namespace status::test {
namespace {

using std::chrono::milliseconds;
using supervisor::Manifest;

// The modules whose backend `native` is in a process of its own.
const std::vector<std::string>& with_a_library() {
  static const std::vector<std::string> kNames = {"chain", "waku"};
  return kNames;
}

Manifest native_manifest(const std::string& module) {
  const std::string path = source_root() + "/services/native/" + module + "_native.toml";
  return *supervisor::parse_manifest(*read_toml_file(path), path);
}

// All that a node may run: waku_native is required by waku where it is there.
std::vector<Manifest> all_manifests() {
  std::vector<Manifest> all;
  for (const BuiltinModule& module : read_builtin_modules()) all.push_back(module.manifest);
  for (const std::string& module : with_a_library()) {
    const auto user = std::ranges::find(all, module, &Manifest::name);
    user->requires_.push_back({.module = module + "_native"});
    all.push_back(native_manifest(module));
  }
  return all;
}

bool requires_module(const Manifest& manifest, const std::string& name) {
  return std::ranges::find(manifest.requires_, name, &supervisor::Requirement::module) != manifest.requires_.end();
}

// Until this module is gone, from when the node is told to stop: those that require it go first.
milliseconds longest_chain(const std::vector<Manifest>& all, const Manifest& module) {
  milliseconds before{0};
  for (const Manifest& other : all) {
    if (requires_module(other, module.name)) before = std::max(before, longest_chain(all, other));
  }
  return before + module.stop_timeout;
}

TEST(Stopping, TheNodeWaitsLongerThanItsSlowestChain) {
  const std::vector<Manifest> all = all_manifests();
  for (const Manifest& module : all) {
    EXPECT_LT(longest_chain(all, module), supervisor::Configuration().stop_within) << module.name;
  }
}

TEST(Stopping, ANativeHostHasTheTimeForItsLibraryBesideThatForItsCalls) {
  const native::Settings settings;
  const milliseconds library(settings.stop_within_ms + settings.destroy_within_ms);
  for (const std::string& module : with_a_library()) {
    EXPECT_LT(library, native_manifest(module).stop_timeout / 2) << "calls that run get the other half";
  }
}

TEST(Stopping, SystemdWaitsLongerThanTheNode) {
  for (const char* const unit : {"deploy/systemd/statusd.service", "deploy/systemd/statusd-user.service"}) {
    const std::string text = read_file(source_root() + "/" + unit);
    const std::size_t at = text.find("TimeoutStopSec=");
    ASSERT_NE(at, std::string::npos) << unit;
    EXPECT_GT(std::chrono::seconds(std::stoi(text.substr(at + 15))), supervisor::Configuration().stop_within) << unit;
  }
}

}  // namespace
}  // namespace status::test
