#include "services/storage/transfers.h"

#include <algorithm>

namespace status::storage {

void ProgressReporter::reached(std::uint64_t offset) {
  const MonotonicTime now = clock_.monotonic();
  if (said_ && now - *said_ < kBetween && offset != event_.size) return;
  said_ = now;
  event_.offset = offset;
  events_.progress(event_);
}

Result<std::uint64_t> PutTransfer::write(std::uint64_t offset, ByteView chunk) {
  Result<std::uint64_t> end = backend_.write(id_, owner_, offset, chunk);
  if (!end) return end;
  traffic_.put += chunk.size();
  progress_.reached(*end);
  return end;
}

Result<Bytes> GetTransfer::read(std::uint64_t offset, std::size_t bytes) {
  if (offset < begin_ || offset > end_) {
    return fail(Code::out_of_range, "storage.past_the_end", "the bytes are not of the range that this get is for");
  }
  Bytes out(std::min<std::uint64_t>(bytes, end_ - offset));
  const Result<std::size_t> got = backend_.read(cid_, offset, out);
  if (!got) return fail(got.error());
  out.resize(*got);
  traffic_.got += *got;
  progress_.reached(offset + *got);
  return out;
}

}  // namespace status::storage
