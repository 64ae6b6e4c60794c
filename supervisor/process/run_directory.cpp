#include "supervisor/process/run_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "supervisor/process/files.h"

namespace status::supervisor {
namespace {

constexpr int kMostLinks = 40;  // as the kernel

std::string absolute(const std::string& path) {
  std::error_code error;
  // A link that the user made and names is the user's business (check_links); below it none is followed.
  std::filesystem::path full = std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
  std::string text = error ? path : full.string();
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

// A link on the way that somebody else made, in a folder such as /tmp, would have us close the folder that it leads to
// and clear it of sockets. The kernel refuses to follow such links (fs.protected_symlinks), but does not see that we
// do.
Status check_links(const std::string& path) {
  std::error_code error;
  std::filesystem::path left = std::filesystem::absolute(path, error).lexically_normal();
  std::filesystem::path here = "/";
  for (int links = 0; !left.empty();) {
    const auto first = *left.begin();
    left = std::filesystem::path(left).lexically_relative(first);
    if (left == ".") left.clear();
    const std::filesystem::path next = here / first;
    struct stat info {};
    if (::lstat(next.c_str(), &info) != 0 || !S_ISLNK(info.st_mode)) {
      here = next;
      continue;
    }
    if (info.st_uid != 0 && info.st_uid != ::geteuid()) {
      return fail(Code::failed_precondition, "supervisor.unsafe_directory",
                  next.string() + " is a link that uid " + std::to_string(info.st_uid) + " made; mend it with: rm " +
                      next.string());
    }
    if (++links > kMostLinks) break;  // opening it says so
    left = (here / std::filesystem::read_symlink(next, error) / left).lexically_normal();
    here = "/";
  }
  return {};
}

Result<UniqueFd> take_lock(const std::string& path) {
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return fail(errno_error(errno, "open " + path));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail(errno_error(errno, "flock " + path));
    std::string holder = read_file(path, 32).value_or("");
    while (!holder.empty() && holder.back() == '\n') holder.pop_back();
    return fail(Code::failed_precondition, "supervisor.already_running",
                "another statusd (pid " + (holder.empty() ? "unknown" : holder) + ") runs this node; it holds " + path);
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file.get(), 0) != 0) return fail(errno_error(errno, "truncate " + path));
  if (auto written = write_all(file.get(), pid, path); !written) return fail(written.error());
  return file;
}

void remove_stale_sockets(const std::string& directory) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.is_socket(error)) std::filesystem::remove(entry.path(), error);
  }
}

Status link_front_socket(const NodePaths& paths) {
  const std::string link = paths.front_socket();
  const std::string target = paths.socket_of("gateway").substr(paths.run_dir.size() + 1);
  if (::unlink(link.c_str()) != 0 && errno != ENOENT) return fail(errno_error(errno, "remove " + link));
  if (::symlink(target.c_str(), link.c_str()) != 0) return fail(errno_error(errno, "link " + link));
  return {};
}

// Empty: keys, which must not make files here, fills it once, and nobody else reads it.
Status make_node_key(const NodePaths& paths) {
  const UniqueFd file(::open(paths.node_key().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  // Also of one that is there: a statusd that made it may have been killed before this line.
  if (!file && errno == EEXIST) return sync_folder(paths.data_dir);
  if (!file) return fail(errno_error(errno, "create " + paths.node_key()));
  return sync_folder(paths.data_dir);
}

}  // namespace

NodePaths RunDirectory::paths_of(const std::string& data_dir, const std::string& run_dir) {
  NodePaths paths{.data_dir = absolute(data_dir), .run_dir = {}};
  paths.run_dir = run_dir.empty() ? paths.data_dir + "/run" : absolute(run_dir);
  return paths;
}

RunDirectory RunDirectory::adopt(const std::string& data_dir, const std::string& run_dir, UniqueFd lock,
                                 UniqueFd run_lock) {
  RunDirectory node;
  node.paths_ = paths_of(data_dir, run_dir);
  node.lock_ = std::move(lock);
  node.run_lock_ = std::move(run_lock);
  return node;
}

Result<RunDirectory> RunDirectory::open(const std::string& data_dir, const std::string& run_dir) {
  RunDirectory node;
  node.paths_ = paths_of(data_dir, run_dir);
  const NodePaths& paths = node.paths_;
  for (const std::string& named : {data_dir, run_dir}) {
    if (Status safe = check_links(named); !named.empty() && !safe) return fail(safe.error());
  }
  const auto data = open_private_directory(paths.data_dir, Durability::synced, true);
  if (!data) return fail(data.error());
  auto lock = take_lock(paths.lock());
  if (!lock) return fail(lock.error());
  node.lock_ = std::move(*lock);
  auto run = open_private_directory(paths.run_dir, Durability::lazy, true);
  if (!run) return fail(run.error());
  if (::flock(run->get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(Code::failed_precondition, "supervisor.already_running",
                "another node uses the run directory " + paths.run_dir + ": give each its own --run-dir");
  }
  node.run_lock_ = std::move(*run);
  // What modules promise to keep is below these.
  for (const std::string& path : {paths.state(), paths.data_dir + "/profiles", paths.data_dir + "/profiles/default"}) {
    if (auto opened = open_private_directory(path, Durability::synced); !opened) return fail(opened.error());
  }
  for (const std::string& path : {paths.logs(), paths.crash(), paths.third_party()}) {
    if (auto opened = open_private_directory(path); !opened) return fail(opened.error());
  }
  return node;
}

Status RunDirectory::prepare(const std::vector<std::string>& modules) {
  remove_stale_sockets(paths_.run_dir);
  if (auto prepared = prepare_modules(modules); !prepared) return prepared;
  if (auto made = make_node_key(paths_); !made) return made;
  return link_front_socket(paths_);
}

Status RunDirectory::prepare_modules(const std::vector<std::string>& modules) {
  for (const std::string& module : modules) {
    const std::string longest = paths_.run_of(module) + "/bulk.sock";
    if (longest.size() > kMaxSocketPath) {
      return fail(Code::invalid_argument, "supervisor.path_too_long",
                  "the socket path " + longest + " has " + std::to_string(longest.size()) + " bytes, at most " +
                      std::to_string(kMaxSocketPath) +
                      " are possible: choose a shorter --data-dir, or put the sockets elsewhere with --run-dir");
    }
    if (auto opened = open_private_directory(paths_.run_of(module)); !opened) return fail(opened.error());
    auto data = open_private_directory(paths_.data_of(module), Durability::synced);
    if (!data) return fail(data.error());
    remove_stale_sockets(paths_.run_of(module));
  }
  return {};
}

Status RunDirectory::write_token(Random& random) {
  std::array<std::uint8_t, 16> token;
  random.fill(token);
  return replace_file(paths_.token(), to_hex(token), Durability::lazy);
}

}  // namespace status::supervisor
