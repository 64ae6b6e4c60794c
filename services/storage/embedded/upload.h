// One dataset on its way in: bytes become sealed blocks of a file, with their parity, and leaves of a tree.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "services/storage/content/merkle_tree.h"
#include "services/storage/embedded/block_file.h"
#include "services/storage/embedded/parity_code.h"

namespace status::storage {

// One thread at a time.
class Upload {
 public:
  // `file` is new and empty, or what an earlier process wrote: then resume() comes before anything else.
  Upload(std::unique_ptr<BlockFile> file, Random& random);

  // Reads what is there, up to the first block that does not open as a whole one, and cuts the rest off.
  Status resume();
  // At the end. After an error another Upload goes on with what is in the file.
  Status append(ByteView data);
  std::uint64_t bytes() const { return bytes_; }

  // Writes what is left and makes all of it durable, but for the file's name. Not of an empty one; nothing is appended
  // after it. After an error the upload is lost: what a disk could not take it may say the next time that it has.
  Status seal();
  Cid tree() const { return tree_cid(leaves_); }

 private:
  Status write(ByteView data);
  // The block at the end: into the tree, and into the parity of its group, which is written when the group is whole.
  Status add(ByteView block);

  const std::unique_ptr<BlockFile> file_;
  Random& random_;
  std::optional<ParityCode> code_;
  std::vector<Bytes> parity_;   // of the group that the last block is of
  std::vector<Digest> leaves_;  // of what is written; 512 KiB for each GiB of data
  Bytes rest_;                  // less than a block
  std::uint64_t bytes_ = 0;     // both together
  std::uint64_t started_ = 0;   // blocks that were sent to the disk
};

}  // namespace status::storage
