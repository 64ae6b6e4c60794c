// The waku module without its process: typed methods over a backend and the module's database.
//
// What `send` and `subscribe` have answered survives kill -9. A received message is in the durable log before it counts
// as received, and in it once: its hash and the backend's position commit with it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

#include "ipc/base/clock.h"
#include "ipc/base/random.h"
#include "metrics/custody.h"
#include "services/host/store/durable_log.h"
#include "services/host/store/idempotency.h"
#include "services/waku/api.h"
#include "services/waku/backend.h"
#include "services/waku/event_sink.h"
#include "services/waku/intake.h"
#include "services/waku/outbox.h"

namespace status::waku {

// Who calls, as the connection says.
struct Caller {
  std::string name;
  std::string idempotency_key;  // empty: none
};

template <class T>
using Answer = std::function<void(Result<T>)>;

// Every method: any thread, several at a time; blocks for the database and at most kPatience for the backend. The two
// that take an `Answer` may wait for another node: they return at once and answer exactly once, on the intake's thread
// or on this one.
class WakuService final : private IntakeWork {
 public:
  static constexpr std::chrono::seconds kPatience{10};

  // They outlive the service.
  struct Seams {
    store::Database& database;  // migrated: the module's own steps and the backend's
    Backend& backend;
    EventSink& events;
    const Clock& clock;
    Random& random;  // thread-safe
    std::uint64_t generation = 0;
    metrics::CustodyLog custody = {};  // where the steps of messages are noted
    store::LogOptions log = {};
    Timing timing = {};
  };

  // Only the database so far: nothing comes before start(). Errors are the store's.
  static Result<std::unique_ptr<WakuService>> open(const Seams& seams);
  // Stops.
  ~WakuService() override;

  // Starts the backend and goes on with what was on its way. Once. Errors are the store's and the backend's.
  Status start();
  // Blocks until the backend and the intake have ended: no event and no append after it. May be repeated.
  void stop();

  // Behind `waku.messages.next`; set its on_append before start().
  store::DurableLog& messages() { return *messages_; }

  Result<Subscribe::Reply> subscribe(const Subscribe::Request& request, const Caller& caller);
  Result<Unsubscribe::Reply> unsubscribe(const Unsubscribe::Request& request, const Caller& caller);
  Result<Send::Reply> send(const Send::Request& request, const Caller& caller);
  void store_query(const StoreQueryMethod::Request& request, Answer<StoreQueryMethod::Reply> answer);
  Result<Peers::Reply> peers();
  void connect(const Connect::Request& request, const Caller& caller, Answer<Connect::Reply> answer);
  Result<Disconnect::Reply> disconnect(const Disconnect::Request& request, const Caller& caller);
  Result<Info::Reply> info();

 private:
  explicit WakuService(const Seams& seams);
  Result<Resume> load();
  Result<std::vector<OwnMessage>> load_own();

  Status commit(const IntakeBatch& batch) override;
  void ask_again() override;
  void tick() override;
  std::optional<MonotonicTime> next_tick() override;

  // service_intake.cpp
  Status store(const IntakeBatch& batch);
  Status append(store::Transaction& tx, const ReceivedMessage& message);
  Status settle(store::Transaction& tx, const Outcome& outcome);
  void publish(const Outcome& outcome);
  void forget(const std::vector<MessageHash>& hashes);
  void drop_consumers();

  // `method` once per idempotency key; `effect(tx)` and the reply commit together.
  template <class M, class Effect>
  Result<typename M::Reply> write(std::string_view method, const typename M::Request& request, const Caller& caller,
                                  store::Durability durability, Effect effect);
  // The two halves of it, for what has to ask the backend in between.
  template <class M>
  struct Once {
    std::optional<store::Idempotency::Claim> claim;  // none without a key
    std::optional<typename M::Reply> reply;          // it has been done before
  };
  template <class M>
  Result<Once<M>> begin(std::string_view method, const typename M::Request& request, const Caller& caller);
  template <class M, class Effect>
  Result<typename M::Reply> finish(Once<M>& once, store::Durability durability, Effect effect);
  Result<Connect::Reply> keep_peer(Once<Connect>& once, const std::string& address, const Result<std::string>& peer);
  Result<OwnMessage> compose(const Send::Request& request);
  std::int64_t next_timestamp_ns();

  const Seams seams_;
  Outbox outbox_;
  Intake intake_;
  std::unique_ptr<store::DurableLog> messages_;
  std::unique_ptr<store::Idempotency> idempotency_;
  std::mutex subscriptions_;  // one change of them at a time, database and backend together
  Network network_;
  std::uint32_t max_message_bytes_ = 0;
  std::atomic<std::int64_t> last_timestamp_ns_ = 0;
  std::uint64_t position_ = 0;       // up to here all is committed; intake thread only, once that runs
  MonotonicTime next_housekeeping_;  // as position_
  std::atomic<std::uint64_t> received_ = 0;
  std::atomic<std::uint64_t> received_before_ = 0;
  std::atomic<std::uint64_t> asked_again_ = 0;
};

}  // namespace status::waku
