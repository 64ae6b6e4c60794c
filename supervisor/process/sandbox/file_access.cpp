#include "supervisor/process/sandbox/file_access.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace status::supervisor {
namespace {

// Younger than Debian 12's header: Documentation/userspace-api/landlock.rst of the kernel.
constexpr std::uint64_t kTruncate = 1ULL << 14;             // version 3
constexpr std::uint64_t kIoctlDevice = 1ULL << 15;          // version 5
constexpr std::uint64_t kBindAndConnectTcp = 0b11;          // version 4
constexpr std::uint64_t kAbstractSocketsAndSignals = 0b11;  // version 6
struct RulesetAttributes {
  std::uint64_t files;
  std::uint64_t network;
  std::uint64_t scoped;
};

constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kExecute = kRead | LANDLOCK_ACCESS_FS_EXECUTE;
// No devices, no fifos, and no links out of the folder: a rename within it needs no more.
constexpr std::uint64_t kOwn = kRead | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                               LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                               LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REFER |
                               kTruncate;
constexpr std::uint64_t kOfAFile =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE | kTruncate;

struct Place {
  const char* path;
  std::uint64_t access;
};
// What a program and its libraries expect of any system. /proc shows other processes no more than `ps` does: the same
// rules forbid to look into a process that is not under them.
constexpr std::array<Place, 14> kSystem = {{{"/usr", kExecute},
                                            {"/lib", kExecute},
                                            {"/lib64", kExecute},
                                            {"/bin", kExecute},
                                            {"/nix/store", kExecute},
                                            {"/gnu/store", kExecute},
                                            {"/etc", kRead},
                                            {"/run/systemd/resolve", kRead},
                                            {"/proc", kRead},
                                            {"/sys/devices/system/cpu", kRead},
                                            {"/sys/fs/cgroup", kRead},
                                            {"/dev/null", kRead | LANDLOCK_ACCESS_FS_WRITE_FILE},
                                            {"/dev/random", kRead},
                                            {"/dev/urandom", kRead}}};

std::uint64_t known_to(int version) {
  std::uint64_t known = (1ULL << 13) - 1;
  if (version >= 2) known |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3) known |= kTruncate;
  if (version >= 5) known |= kIoctlDevice;
  return known;
}

Status allow(int rules, const std::string& path, std::uint64_t access) {
  const UniqueFd place(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!place && errno == ENOENT) return {};
  if (!place) return fail(errno_error(errno, "sandbox: open " + path));
  struct stat info {};
  if (::fstat(place.get(), &info) != 0) return fail(errno_error(errno, "sandbox: stat " + path));
  const landlock_path_beneath_attr rule{.allowed_access = S_ISDIR(info.st_mode) ? access : access & kOfAFile,
                                        .parent_fd = place.get()};
  if (::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
    return fail(errno_error(errno, "sandbox: rule for " + path));
  }
  return {};
}

std::vector<FileId> files_of(const FileGrants& grants) {
  std::vector<FileId> out;
  for (const auto* paths : {&grants.readable, &grants.shown, &grants.writable}) {
    for (const std::string& path : *paths) {
      struct stat info {};
      out.push_back(::stat(path.c_str(), &info) == 0 ? FileId{info.st_dev, info.st_ino} : FileId{});
    }
  }
  return out;
}

}  // namespace

bool FileRules::hold_for(const FileGrants& wanted, Sandbox wanted_profile) const {
  return descriptor && profile == wanted_profile && grants == wanted && files == files_of(wanted);
}

int landlock_version() {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version < 0 ? 0 : static_cast<int>(version);
}

Result<FileRules> make_file_rules(const FileGrants& grants, Sandbox profile, int version) {
  // Before they are opened: whoever comes between is seen when the rules are looked at again.
  std::vector<FileId> files = files_of(grants);
  const std::uint64_t known = known_to(version);
  const RulesetAttributes attributes{.files = known,
                                     .network = profile == Sandbox::local && version >= 4 ? kBindAndConnectTcp : 0,
                                     .scoped = version >= 6 ? kAbstractSocketsAndSignals : 0};
  // An older kernel takes the longer structure as long as what it does not know is zero.
  UniqueFd rules(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0)));
  if (!rules) return fail(errno_error(errno, "sandbox: landlock_create_ruleset"));
  for (const Place& place : kSystem) {
    if (auto allowed = allow(rules.get(), place.path, place.access & known); !allowed) return fail(allowed.error());
  }
  for (const std::string& path : grants.readable) {
    if (auto allowed = allow(rules.get(), path, kExecute & known); !allowed) return fail(allowed.error());
  }
  for (const std::string& path : grants.shown) {
    if (auto allowed = allow(rules.get(), path, kRead & known); !allowed) return fail(allowed.error());
  }
  for (const std::string& path : grants.writable) {
    if (auto allowed = allow(rules.get(), path, kOwn & known); !allowed) return fail(allowed.error());
  }
  return FileRules{std::move(rules), profile, grants, std::move(files)};
}

int restrict_files(int rules) noexcept { return ::syscall(SYS_landlock_restrict_self, rules, 0) == 0 ? 0 : errno; }

}  // namespace status::supervisor
