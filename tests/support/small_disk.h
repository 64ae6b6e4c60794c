// A file system of a few MiB that this process and its children alone see, so that a test can fill it.
#pragma once

#include <cstdint>
#include <string>

#include "ipc/base/result.h"
#include "tests/support/temp_dir.h"

namespace status::test {

// Makes user and mount namespaces of this process's own, once, without any privilege: before it has a second thread.
class SmallDisk {
 public:
  // An error when this machine lets nobody make namespaces.
  Status mount(std::uint64_t bytes);
  ~SmallDisk();

  const std::string& path() const { return dir_.path(); }
  // Takes all that is free, to the last byte; gives it back.
  Status fill();
  void free() const;
  // Fails while a file on it is open for writing.
  Status set_read_only(bool on);

 private:
  std::string ballast() const { return dir_ / "ballast"; }

  TempDir dir_;
  bool mounted_ = false;
};

}  // namespace status::test
