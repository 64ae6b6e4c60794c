#include "services/chat/protocol/sequence_set.h"

#include <algorithm>

namespace status::chat {

bool SequenceSet::valid(std::uint64_t contiguous, const std::vector<SequenceRange>& ranges) {
  std::uint64_t end = contiguous;
  for (const SequenceRange& range : ranges) {
    // Compared by subtraction: the numbers come from outside and may be at the end of their type.
    if (range.first <= end || range.first - end < 2 || range.last < range.first) return false;
    end = range.last;
  }
  return true;
}

bool SequenceSet::contains(std::uint64_t sequence) const {
  if (sequence <= contiguous_) return true;
  return std::any_of(ranges_.begin(), ranges_.end(),
                     [&](const SequenceRange& range) { return range.first <= sequence && sequence <= range.last; });
}

bool SequenceSet::insert(std::uint64_t sequence) {
  if (contains(sequence)) return false;
  const auto next =
      std::find_if(ranges_.begin(), ranges_.end(), [&](const SequenceRange& range) { return range.first > sequence; });
  const bool joins_next = next != ranges_.end() && next->first == sequence + 1;
  if (next != ranges_.begin() && std::prev(next)->last + 1 == sequence) {
    std::prev(next)->last = joins_next ? next->last : sequence;
    if (joins_next) ranges_.erase(next);
  } else if (joins_next) {
    next->first = sequence;
  } else {
    ranges_.insert(next, {sequence, sequence});
  }
  if (ranges_.front().first == contiguous_ + 1) {
    contiguous_ = ranges_.front().last;
    ranges_.erase(ranges_.begin());
  }
  return true;
}

SequenceSet SequenceSet::first_ranges(std::size_t count) const {
  const auto end = ranges_.begin() + static_cast<std::ptrdiff_t>(std::min(count, ranges_.size()));
  return {contiguous_, {ranges_.begin(), end}};
}

}  // namespace status::chat
