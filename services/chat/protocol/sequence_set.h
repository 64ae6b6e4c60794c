// The sequence numbers of one direction of a conversation that have been received: 1 … `contiguous`, and ranges beyond
// a gap. It travels in every frame as the acknowledgement. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "ipc/base/bytes.h"

namespace status::chat {

struct SequenceRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  // inclusive
  friend bool operator==(const SequenceRange&, const SequenceRange&) = default;
};

class SequenceSet {
 public:
  SequenceSet() = default;
  // `ranges` ascend, do not touch each other and begin above contiguous + 1; false otherwise.
  static bool valid(std::uint64_t contiguous, const std::vector<SequenceRange>& ranges);
  SequenceSet(std::uint64_t contiguous, std::vector<SequenceRange> ranges)
      : contiguous_(contiguous), ranges_(std::move(ranges)) {}

  bool contains(std::uint64_t sequence) const;
  // False when it was there already. `sequence` is at least 1.
  bool insert(std::uint64_t sequence);

  // Every number up to this one is in the set.
  std::uint64_t contiguous() const { return contiguous_; }
  const std::vector<SequenceRange>& ranges() const { return ranges_; }
  std::uint64_t highest() const { return ranges_.empty() ? contiguous_ : ranges_.back().last; }

  // The part that fits a frame: its lowest `count` ranges.
  SequenceSet first_ranges(std::size_t count) const;

  friend bool operator==(const SequenceSet&, const SequenceSet&) = default;

 private:
  std::uint64_t contiguous_ = 0;
  std::vector<SequenceRange> ranges_;
};

}  // namespace status::chat
