// A file layer for SQLite that loses what was not synced: LevelDB's fault-injecting Env for a database. One database at
// a time; one thread.
//
//   LossyDisk disk;                       // every database that is opened from here on is on it
//   disk.fail_after(17);                  // the power fails at the 17th write, truncation or sync
//   ... work until it fails, close ...
//   disk.lose(dice);                      // what was not synced is there in part, as a disk's cache leaves it
#pragma once

#include <cstdint>
#include <memory>
#include <random>

namespace status::test {

class LossyDisk {
 public:
  // Becomes SQLite's default file layer, until it goes.
  LossyDisk();
  ~LossyDisk();
  LossyDisk(const LossyDisk&) = delete;
  LossyDisk& operator=(const LossyDisk&) = delete;

  // Counted from now. The operation that fails and all after it do nothing and are I/O errors.
  void fail_after(std::uint64_t operations);
  bool failed() const;
  // Writes, truncations and syncs since the last fail_after().
  std::uint64_t operations() const;

  // With every database closed: each file becomes what it was when it was last synced, and of the writes since then
  // each is there, is not, or is there up to a sector. Then the disk works again.
  void lose(std::mt19937& dice);

 private:
  struct Layer;
  std::unique_ptr<Layer> layer_;
};

}  // namespace status::test
