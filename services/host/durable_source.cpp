#include "services/host/durable_source.h"

namespace status::host {

Result<ipc::StreamPosition> DurableLogSource::locate(const std::optional<std::string>& cursor) {
  if (!cursor) {
    Result<std::uint64_t> last = log_.last();
    if (!last) return fail(std::move(last.error()));
    return ipc::StreamPosition{.seq = *last};
  }
  Result<store::LogPosition> position = log_.parse_cursor(*cursor);
  if (!position) return fail(std::move(position.error()));
  return ipc::StreamPosition{
      .seq = position->seq, .reset = position->reset, .oldest = position->oldest || position->reset};
}

Status DurableLogSource::acknowledge(const std::string& consumer, std::uint64_t seq) {
  return log_.acknowledge(consumer, seq);
}

Result<std::optional<std::uint64_t>> DurableLogSource::acknowledged(const std::string& consumer) {
  return log_.acknowledged(consumer);
}

Status DurableLogSource::read(ipc::StreamPosition& position, std::size_t max, const std::vector<std::string>& topics,
                              ipc::Page& page) {
  Result<store::LogPage> read = log_.read({.seq = position.seq, .oldest = position.oldest}, max, topics);
  if (!read) return fail(std::move(read.error()));
  for (const store::LogEntry& entry : read->entries) {
    page.add({.seq = entry.seq,
              .time_ms = entry.time_ms,
              .topic = entry.topic,
              .generation = entry.generation,
              .trace = ipc::Trace::unpack(entry.trace),
              .data = entry.data});
  }
  position.seq = read->next;
  position.oldest = false;
  position.lagged += read->lagged;
  return {};
}

}  // namespace status::host
