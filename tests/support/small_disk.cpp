#include "tests/support/small_disk.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <vector>

#include "ipc/base/unique_fd.h"

namespace status::test {
namespace {

Status write_map(const std::string& file, const std::string& text) {
  const UniqueFd map(::open(("/proc/self/" + file).c_str(), O_WRONLY | O_CLOEXEC));
  if (!map || ::write(map.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return fail(errno_error(errno, "write /proc/self/" + file));
  }
  return {};
}

// The same user and group inside as outside: what looks at uids sees no difference.
Status enter_namespaces() {
  const std::string uid = std::to_string(::geteuid());
  const std::string gid = std::to_string(::getegid());
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return fail(errno_error(errno, "make a user and a mount namespace"));
  if (Status denied = write_map("setgroups", "deny"); !denied) return denied;
  if (Status mapped = write_map("uid_map", uid + " " + uid + " 1"); !mapped) return mapped;
  return write_map("gid_map", gid + " " + gid + " 1");
}

}  // namespace

Status SmallDisk::mount(std::uint64_t bytes) {
  static const Status entered = enter_namespaces();
  if (!entered) return entered;
  const std::string options = "mode=0700,size=" + std::to_string(bytes);
  if (::mount("tmpfs", path().c_str(), "tmpfs", 0, options.c_str()) != 0) {
    return fail(errno_error(errno, "mount a tmpfs at " + path()));
  }
  mounted_ = true;
  return {};
}

SmallDisk::~SmallDisk() {
  if (mounted_) ::umount2(path().c_str(), MNT_DETACH);
}

Status SmallDisk::fill() {
  const UniqueFd file(::open(ballast().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!file) return fail(errno_error(errno, "open " + ballast()));
  const std::vector<char> block(1 << 20, 'x');
  // Fewer bytes each time than are left, down to one.
  for (std::size_t size = block.size(); size > 0;) {
    if (::write(file.get(), block.data(), size) < 0) size = errno == ENOSPC ? size / 2 : 0;
  }
  return errno == ENOSPC ? Status{} : Status(fail(errno_error(errno, "write " + ballast())));
}

void SmallDisk::free() const { ::unlink(ballast().c_str()); }

Status SmallDisk::set_read_only(bool on) {
  if (::mount("tmpfs", path().c_str(), "tmpfs", MS_REMOUNT | (on ? MS_RDONLY : 0), nullptr) != 0) {
    return fail(errno_error(errno, "remount " + path()));
  }
  return {};
}

}  // namespace status::test
