// statusctl storage: files, in and out of the storage module. An interrupted one goes on when the same command is given
// again. They return the exit code.
#pragma once

#include <optional>
#include <string>

namespace status::cli {

struct Shell;

struct StoragePutWish {
  std::string file;
  std::optional<std::string> filename;  // in the manifest; absent: the file's own, empty: none
  std::string mimetype;
  bool pinned = false;
  // Of a group; 0: no groups.
  unsigned data_blocks = 0;
  unsigned parity_blocks = 0;
};
int run_storage_put(const Shell& shell, const StoragePutWish& wish);

struct StorageGetWish {
  std::string cid;
  std::string output;  // replaced once all of it is there
};
int run_storage_get(const Shell& shell, const StorageGetWish& wish);

}  // namespace status::cli
