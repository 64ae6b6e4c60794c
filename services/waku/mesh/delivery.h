// Hands messages of subscribed content topics to the service, in the order of the archive, each once per run; goes on
// from the archive when the service had no room or was away. Mesh thread only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "services/waku/backend.h"
#include "services/waku/mesh/message_archive.h"
#include "services/waku/mesh/runtime.h"

namespace status::waku::mesh {

class Delivery {
 public:
  Delivery(Runtime& runtime, MessageArchive& archive, BackendEvents& events)
      : runtime_(runtime), archive_(archive), events_(events) {}

  void start(const Resume& from);

  // From the archive's head on: a replay passes over what is older.
  void subscribe(const std::vector<std::string>& topics) {
    for (const std::string& topic : topics) topics_.emplace(topic, archive_.head());
  }
  void unsubscribe(const std::vector<std::string>& topics) {
    for (const std::string& topic : topics) topics_.erase(topic);
  }

  // A message that is new to this node.
  void offer(ReceivedMessage message);
  // Delivers what the archive has after `position`, a batch per turn of the event loop so that links stay served.
  void resume(std::uint64_t position);
  // Tries again after a failure of the archive, and tells the service now and then how far it has come.
  void tick();

 private:
  void schedule();
  void replay_batch();
  bool replay(const Record& record);
  void report();

  Runtime& runtime_;
  MessageArchive& archive_;
  BackendEvents& events_;
  std::map<std::string, std::uint64_t> topics_;  // and the position after which each is wanted
  std::uint64_t replayed_ = 0;                   // position up to which a running replay has come
  std::uint64_t reported_ = 0;                   // the last that the service was told
  MonotonicTime last_report_;
  bool behind_ = false;     // the archive has something that the service has not: stored messages wait there
  bool replaying_ = false;  // a batch is scheduled
  bool refused_ = false;    // the service has no room; it will call resume()
};

}  // namespace status::waku::mesh
