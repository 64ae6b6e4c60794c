#include "services/storage/embedded/system_disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "ipc/base/file.h"
#include "ipc/base/unique_fd.h"

namespace status::storage {
namespace {

class SystemFile final : public DiskFile {
 public:
  SystemFile(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t got = ::pread(fd_.get(), out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail(errno_error(errno, "read " + path_));
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  Status write(std::uint64_t offset, ByteView bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return fail(errno_error(errno, "write " + path_));
      bytes = bytes.subspan(static_cast<std::size_t>(put));
      offset += static_cast<std::uint64_t>(put);
    }
    return {};
  }

  Status truncate(std::uint64_t bytes) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(bytes)) != 0) return fail(errno_error(errno, "truncate " + path_));
    return {};
  }

  void start_sync(std::uint64_t offset, std::uint64_t bytes) override {
    ::sync_file_range(fd_.get(), static_cast<off_t>(offset), static_cast<off_t>(bytes), SYNC_FILE_RANGE_WRITE);
  }

  Status sync() override {
    if (::fdatasync(fd_.get()) != 0) return fail(errno_error(errno, "fdatasync " + path_));
    return {};
  }

 private:
  const UniqueFd fd_;
  const std::string path_;
};

}  // namespace

Result<std::unique_ptr<SystemDisk>> SystemDisk::at(std::string folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return fail(errno_error(errno, "mkdir " + folder));
  if (Status synced = sync_folder_of(folder); !synced) return fail(std::move(synced.error()));
  return std::unique_ptr<SystemDisk>(new SystemDisk(std::move(folder)));
}

Result<std::unique_ptr<DiskFile>> SystemDisk::open_with(const std::string& name, int flags) {
  const std::string path = path_of(name);
  UniqueFd fd(::open(path.c_str(), flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return fail(errno_error(errno, "open " + path));
  return std::make_unique<SystemFile>(std::move(fd), path);
}

Result<std::unique_ptr<DiskFile>> SystemDisk::create(const std::string& name) {
  return open_with(name, O_CREAT | O_EXCL);
}

Result<std::unique_ptr<DiskFile>> SystemDisk::open(const std::string& name) { return open_with(name, 0); }

Status SystemDisk::remove(const std::string& name) {
  if (::unlink(path_of(name).c_str()) != 0 && errno != ENOENT)
    return fail(errno_error(errno, "remove " + path_of(name)));
  return {};
}

Result<std::vector<DiskEntry>> SystemDisk::list() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(folder_.c_str()), &::closedir);
  if (!folder) return fail(errno_error(errno, "open " + folder_));
  std::vector<DiskEntry> entries;
  errno = 0;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string name = entry->d_name;
    struct stat found {};
    if (name == "." || name == "..") continue;
    if (::lstat(path_of(name).c_str(), &found) != 0) return fail(errno_error(errno, "stat " + path_of(name)));
    entries.push_back({name, static_cast<std::uint64_t>(found.st_size)});
  }
  if (errno != 0) return fail(errno_error(errno, "list " + folder_));
  return entries;
}

Status SystemDisk::sync_names() { return sync_folder(folder_); }

}  // namespace status::storage
