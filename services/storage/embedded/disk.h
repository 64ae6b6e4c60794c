// The folder in which blocks lie, behind a seam: its fault-injecting twin of the tests forgets what was not synced.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ipc/base/result.h"

namespace status::storage {

// One open file. Reading: any thread; the rest: one thread at a time. Errors are those of the system, with the path.
class DiskFile {
 public:
  virtual ~DiskFile() = default;
  // How many bytes there were: fewer than asked for only at the end of the file.
  virtual Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) = 0;
  virtual Status write(std::uint64_t offset, ByteView bytes) = 0;
  virtual Status truncate(std::uint64_t bytes) = 0;
  // Asks for what was written there to be on its way to the disk, so that sync() has less to wait for. A hint.
  virtual void start_sync(std::uint64_t offset, std::uint64_t bytes) = 0;
  // Whoever comes after power loss finds what was written before, under the file's name once sync_names() was called.
  virtual Status sync() = 0;
};

struct DiskEntry {
  std::string name;
  std::uint64_t bytes = 0;
};

// Any thread.
class Disk {
 public:
  virtual ~Disk() = default;
  // ALREADY_EXISTS for a name that is there.
  virtual Result<std::unique_ptr<DiskFile>> create(const std::string& name) = 0;
  // NOT_FOUND.
  virtual Result<std::unique_ptr<DiskFile>> open(const std::string& name) = 0;
  // What is open stays readable, and takes its space, until it is closed. Nothing happens where there is no such file.
  virtual Status remove(const std::string& name) = 0;
  virtual Result<std::vector<DiskEntry>> list() = 0;
  // Names that were created or removed before stay so.
  virtual Status sync_names() = 0;
};

}  // namespace status::storage
