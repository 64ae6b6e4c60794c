// What was missed, from a store: page after page for a few content topics at a time, as fast as it is taken.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "services/waku/backend.h"

namespace status::waku::native {

// The backend's thread only.
class CatchUp {
 public:
  static constexpr std::size_t kTopics = 10;  // of one query: older stores take no more

  // Asks a store.
  using Ask = std::function<void(StoreQuery query, Done<StorePage> done)>;
  // Takes a page, and then calls `go_on`, once.
  using Give = std::function<void(std::vector<StoredMessage> messages, std::function<void()> go_on)>;
  // How it ended, and how many messages were found. Not after cancel().
  using Ended = std::function<void(const Status& outcome, std::uint64_t found)>;

  CatchUp(Ask ask, Give give) : ask_(std::move(ask)), give_(std::move(give)) {}

  // Content topics, each with the time of the sender's clock from which its messages are wanted. One run at a time.
  void run(const std::map<std::string, std::int64_t>& wanted, const Network& network, Ended ended);
  void cancel();
  bool running() const { return run_ != nullptr; }

 private:
  struct Run {
    std::vector<std::map<std::string, std::int64_t>> batches;  // each of one shard
    std::size_t batch = 0;
    std::optional<MessageHash> cursor;
    std::uint64_t found = 0;
    Ended ended;
  };

  void next(const std::shared_ptr<Run>& run);
  void took(const std::shared_ptr<Run>& run, Result<StorePage> page);
  void end(const std::shared_ptr<Run>& run, const Status& outcome);

  const Ask ask_;
  const Give give_;
  std::shared_ptr<Run> run_;
};

}  // namespace status::waku::native
