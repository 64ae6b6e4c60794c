// Copies one incarnation's events into the merged stream. See merged_events.h for what it promises.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ipc/base/clock.h"
#include "ipc/client/subscription.h"
#include "ipc/stream/event_stream.h"
#include "supervisor/gateway/log.h"
#include "supervisor/gateway/stream_mark.h"

namespace status::gateway {

// Made, started and destroyed on one thread, its home; pages arrive on NNG threads, one at a time.
class Follower {
 public:
  Follower(ipc::EventStream& merged, std::size_t mark, std::string module, std::uint64_t generation, const Clock& clock,
           const Log& log);

  // Runs a job at home, if the follower is still there.
  using Home = std::function<void(std::function<void(Follower&)>)>;
  // The client outlives the follower.
  void start(ipc::Client& client, Home home);

  std::uint64_t generation() const { return generation_; }

 private:
  void subscribe();
  void on_page(const api::StreamReply& page, const ipc::Subscription::Resume& resume);
  void on_error(const Error& error);
  void copy(const api::StreamReply& page);
  bool is_copied(const api::StreamEvent& event) const;
  void publish(const api::StreamEvent& event, const std::string& cursor);
  // From now on the stream is another one.
  void begin_anew(const std::string& reason);
  void publish_reset(const std::string& reason, std::uint64_t lost);

  ipc::EventStream& merged_;
  const std::size_t index_;
  const std::string module_;
  const std::uint64_t generation_;
  const Clock& clock_;
  const Log& log_;
  ipc::Client* client_ = nullptr;
  Home home_;
  StreamMark mark_;  // of the page that is being copied
  std::unique_ptr<ipc::Subscription> subscription_;
};

}  // namespace status::gateway
