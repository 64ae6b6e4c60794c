#include "tests/integration/failpoints/failing_node.h"

#include <filesystem>

#include "tests/fixtures/failing/failpoints.h"

namespace status::failpoints {
namespace {

namespace fs = std::filesystem;

// With everything above it as statusd wants it, which is private.
void make_private(const fs::path& folder) {
  if (fs::exists(folder)) return;
  make_private(folder.parent_path());
  fs::create_directory(folder);
  fs::permissions(folder, fs::perms::owner_all);
}

// None where the folder is not there yet.
std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  std::error_code none;
  for (const auto& file : fs::directory_iterator(folder, none)) names.insert(file.path().filename());
  return names;
}

}  // namespace

// The store that is too full is one of two MiB, which is twice what the scenario puts into it otherwise; and so is the
// storage, whose quota one large put claims.
FailingNode::FailingNode(std::string name)
    : name_(std::move(name)),
      node_({.settings =
                 test::without_backoff({"waku.mesh.retention_bytes=2097152", "storage.embedded.quota_bytes=2097152"}),
             .arguments = {}}) {
  node_.statusd().use_statusd(STATUS_FAILING_STATUSD);
}

std::string FailingNode::folder_of(const std::string& module) const {
  return node_.data_dir() + "/profiles/default/" + module;
}

void FailingNode::arm(const std::string& module, const std::string& point) {
  const std::string folder = failing::armed_folder(folder_of(module));
  make_private(folder);
  test::write_file(folder + "/" + point, "");
}

bool FailingNode::armed(const std::string& module, const std::string& point) const {
  return fs::exists(failing::armed_folder(folder_of(module)) + "/" + point);
}

// The names begin with the process, and one may have died of two.
std::size_t FailingNode::killed() const {
  std::set<std::string> processes;
  for (const std::string& module : modules()) {
    for (const std::string& taken : names_in(failing::taken_folder(folder_of(module)))) {
      processes.insert(taken.substr(0, taken.find(' ')));
    }
  }
  return processes.size();
}

// statusd's log has a line for each: "chat: ready → backoff: exit 86".
std::size_t FailingNode::deaths() const {
  const std::string cause = ": exit " + std::to_string(failing::kExitCode);
  const std::string log = test::read_file(node_.data_dir() + "/logs/statusd.log");
  std::size_t count = 0;
  for (auto at = log.find(cause); at != std::string::npos; at = log.find(cause, at + 1)) ++count;
  return count;
}

std::set<std::string> FailingNode::passed(const std::string& module) const {
  return names_in(failing::passed_folder(folder_of(module)));
}

void FailingNode::forget_passed() {
  for (const std::string& module : modules()) {
    for (const std::string& point : passed(module)) {
      fs::remove(failing::passed_folder(folder_of(module)) + "/" + point);
    }
  }
}

}  // namespace status::failpoints
