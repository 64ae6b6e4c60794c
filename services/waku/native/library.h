// The library, in the process of the module waku_native: its functions by what they are for here, called over IPC.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ipc/client/client.h"
#include "services/host/executor.h"
#include "services/waku/backend.h"
#include "services/waku/native/settings.h"

namespace status::waku::native {

// One call of `waku_native.call`.
struct LibraryCall {
  const char* function;
  Value arguments = Value::Map{};
  std::chrono::milliseconds within{5'000};
};

// By the library's names of functions and parameters, which both generations share.
namespace functions {
LibraryCall send(const WakuMessage& message);
LibraryCall publish(const std::string& pubsub_topic, const WakuMessage& message);
LibraryCall subscribe(const std::string& content_topic);
LibraryCall unsubscribe(const std::string& content_topic);
LibraryCall subscribe_shard(const std::string& pubsub_topic);
LibraryCall unsubscribe_shard(const std::string& pubsub_topic);
LibraryCall query_store(const std::string& query, const std::string& store);
LibraryCall connected_peers();
LibraryCall connect(const std::string& address);
LibraryCall disconnect(const std::string& peer_id);
LibraryCall own_id(bool kernel);
LibraryCall own_addresses(bool kernel);
}  // namespace functions

// What is known of the library once it runs.
struct LibraryFacts {
  std::string version;
  std::string generation;         // of its interface
  std::uint64_t incarnation = 0;  // of its process: another one has no subscriptions, and nothing under way
  std::vector<std::string> functions;

  bool has(const std::string& function) const;
  // How messages go, as the operator wants or as the library can. FAILED_PRECONDITION (`waku.not_supported`) when it
  // cannot do that.
  Result<Tier> tier(const Settings& settings) const;
};

// Answers come on the executor, and not after it has stopped. Any thread.
class Library {
 public:
  // The client outlives it, and answers that are late.
  Library(ipc::Client& client, std::weak_ptr<host::Executor> executor)
      : client_(client), executor_(std::move(executor)) {}

  // The callback's text. Errors: UNAVAILABLE `waku.library_away`, DEADLINE_EXCEEDED `waku.library_silent` (it may still be
  // done) and RESOURCE_EXHAUSTED `waku.library_busy`, all retryable; INTERNAL `waku.library_error` with the library's
  // words; UNIMPLEMENTED `waku.not_supported`.
  void call(const LibraryCall& call, Done<std::string> done);
  void facts(Done<LibraryFacts> done);

 private:
  ipc::Client& client_;
  const std::weak_ptr<host::Executor> executor_;
};

// One of the peers that `connected_peers` answers with.
struct LibraryPeer {
  std::string id;
  std::vector<std::string> addresses;  // multiaddresses, with the id at the end
  bool stores = false;                 // it answers store queries
};
Result<std::vector<LibraryPeer>> from_connected_peers(const std::string& text);
// Comma-separated, or a JSON array of texts.
std::vector<std::string> from_list(const std::string& text);
// Behind the last `/p2p/`; empty: there is none.
std::string peer_id_of(const std::string& multiaddress);

}  // namespace status::waku::native
