// A durable stream: a log in the module's database, acknowledged by moving the cursor. The log itself lives above ipc
// (services/host/store); this is its face towards readers. Any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ipc/stream/stream.h"

namespace status::ipc {

// What a durable stream needs of a log. Blocking: called on worker threads.
class DurableSource {
 public:
  virtual ~DurableSource() = default;
  // `cursor` empty: now; "0": the oldest kept. Errors: INVALID_ARGUMENT (`ipc.bad_cursor`).
  virtual Result<StreamPosition> locate(const std::optional<std::string>& cursor) = 0;
  // Commits that `consumer` has everything up to `seq`.
  virtual Status acknowledge(const std::string& consumer, std::uint64_t seq) = 0;
  // Where the consumer's own acknowledgement stands; empty for a new one.
  virtual Result<std::optional<std::uint64_t>> acknowledged(const std::string& consumer) = 0;
  // Hands up to `max` matching events to `page` and moves the position past what was looked at.
  virtual Status read(StreamPosition& position, std::size_t max, const std::vector<std::string>& topics,
                      Page& page) = 0;
  virtual std::string cursor(std::uint64_t seq) const = 0;
  virtual std::uint64_t last() = 0;
};

// A consumer without a cursor goes on where it last acknowledged; without a `consumer` nothing is acknowledged, and a
// missing cursor means now.
class DurableStream final : private StreamSource {
 public:
  DurableStream(Server& server, const std::string& method, DurableSource& source);

  // Something was committed to the log.
  void wake() { stream_.wake(); }
  std::size_t parked() const { return stream_.parked(); }

 private:
  Result<StreamPosition> start(const api::StreamRequest& request, const std::string& principal) override;
  Status read(StreamPosition& position, const api::StreamRequest& request, Page& page) override;
  std::string cursor(std::uint64_t seq) const override { return source_.cursor(seq); }
  std::uint64_t last() override { return source_.last(); }

  const std::string method_;
  DurableSource& source_;
  Stream stream_;
};

}  // namespace status::ipc
