#include "ipc/stream/durable_stream.h"

#include "ipc/base/failpoint.h"

namespace status::ipc {

DurableStream::DurableStream(Server& server, const std::string& method, DurableSource& source)
    : method_(method), source_(source), stream_(server, method, *this, Run::worker) {}

Result<StreamPosition> DurableStream::start(const api::StreamRequest& request, const std::string& principal) {
  if (!request.consumer) return source_.locate(request.cursor);
  // Two callers may use the same word for their consumer.
  const std::string consumer = principal + "/" + *request.consumer;
  if (!request.cursor) {
    Result<std::optional<std::uint64_t>> acknowledged = source_.acknowledged(consumer);
    if (!acknowledged) return fail(std::move(acknowledged.error()));
    if (*acknowledged) return source_.locate(source_.cursor(**acknowledged));
  }
  Result<StreamPosition> position = source_.locate(request.cursor);
  if (!position) return position;
  failpoint(Moment::before, "acknowledgement", method_);
  if (Status done = source_.acknowledge(consumer, position->seq); !done) return fail(std::move(done.error()));
  failpoint(Moment::after, "acknowledgement", method_);
  return position;
}

Status DurableStream::read(StreamPosition& position, const api::StreamRequest& request, Page& page) {
  return source_.read(position, request.max, request.topics, page);
}

}  // namespace status::ipc
