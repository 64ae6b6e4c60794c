// The positions of this backend: times at which messages came, in Unix nanoseconds of our clock. A library keeps nothing
// to be replayed: what came up to a position is committed, and what may be missing after it is asked of a store. One
// thread.
#pragma once

#include <algorithm>
#include <cstdint>

namespace status::waku::native {

class Watermark {
 public:
  // `committed`: of the run before; what came since is missing.
  explicit Watermark(std::uint64_t committed) : last_(committed), gap_from_(committed) {}

  // While something is missing, positions stay right after where the gap begins: if the process ends now, the next one
  // looks there.
  std::uint64_t next(std::uint64_t now_ns) {
    last_ = gap_ ? last_ + 1 : std::max(last_ + 1, now_ns);
    return last_;
  }
  // All that came up to now has been given out.
  std::uint64_t reached(std::uint64_t now_ns) {
    if (!gap_) last_ = std::max(last_, now_ns);
    return last_;
  }
  void open_gap() {
    if (gap_) return;
    gap_ = true;
    gap_from_ = last_;
  }
  void close_gap() { gap_ = false; }
  bool has_gap() const { return gap_; }
  std::uint64_t gap_from() const { return gap_from_; }

 private:
  std::uint64_t last_;
  std::uint64_t gap_from_;
  bool gap_ = true;
};

}  // namespace status::waku::native
