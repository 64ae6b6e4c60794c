#include "services/waku/service.h"

#include <algorithm>
#include <future>
#include <set>

#include "ipc/api/convert.h"
#include "ipc/base/stage_clock.h"
#include "services/waku/message_codec.h"
#include "services/waku/views.h"

namespace status::waku {
namespace {

constexpr std::uint64_t kMaxSubscriptions = 20'000;  // of one caller

// Waits for the backend's answer, on a worker's thread.
template <class T, class Start>
Result<T> await(Start start) {
  const auto promise = std::make_shared<std::promise<Result<T>>>();
  std::future<Result<T>> answer = promise->get_future();
  start([promise](Result<T> result) { promise->set_value(std::move(result)); });
  const StageTimer waiting(Stage::backend);
  if (answer.wait_for(WakuService::kPatience) == std::future_status::ready) return answer.get();
  return fail(make_retryable(Code::deadline_exceeded, "waku.backend_silent", "the backend did not answer in time"));
}

}  // namespace

WakuService::WakuService(const Seams& seams)
    : seams_(seams), outbox_(seams.backend, seams.clock, seams.timing, intake_), intake_(*this, seams.timing) {}

Result<std::unique_ptr<WakuService>> WakuService::open(const Seams& seams) {
  std::unique_ptr<WakuService> service(new WakuService(seams));
  auto log = store::DurableLog::open(seams.database, "messages", seams.log, seams.random);
  if (!log) return fail(log.error());
  service->messages_ = std::move(*log);
  auto idempotency = store::Idempotency::open(seams.database);
  if (!idempotency) return fail(idempotency.error());
  service->idempotency_ = std::move(*idempotency);
  return service;
}

WakuService::~WakuService() { stop(); }

// The backend first: nothing reports to the intake after it, and the outbox is not called any more.
void WakuService::stop() {
  seams_.backend.stop();
  intake_.stop();
}

Result<Resume> WakuService::load() {
  Result<store::Transaction> tx = seams_.database.read();  // goes on a full disk too
  if (!tx) return fail(tx.error());
  const auto subscriptions = tables::subscriptions(*tx);
  if (!subscriptions) return fail(subscriptions.error());
  const auto position = tables::position(*tx);
  if (!position) return fail(position.error());
  const auto peers = tables::peers(*tx);
  if (!peers) return fail(peers.error());
  return Resume{*subscriptions, *position, *peers, {}};
}

// What was taken over and not yet known to be elsewhere when the process ended, however long ago that was. The outbox
// counts from now until it forgets.
Result<std::vector<OwnMessage>> WakuService::load_own() {
  Result<store::Transaction> tx = seams_.database.read();
  if (!tx) return fail(tx.error());
  Result<std::vector<OwnMessage>> own = tables::own_messages(*tx);
  for (const OwnMessage& message : own ? *own : std::vector<OwnMessage>()) outbox_.adopt(message);
  return own;
}

Status WakuService::start() {
  Result<Resume> resume = load();
  if (!resume) return fail(resume.error());
  const Result<std::vector<OwnMessage>> own = load_own();
  if (!own) return fail(own.error());
  for (const OwnMessage& message : *own) resume->own.push_back(message.hash);
  const Result<Started> started = seams_.backend.start(intake_, *resume);
  if (!started) return fail(started.error());
  const Result<BackendInfo> info = await<BackendInfo>([this](auto done) { seams_.backend.info(std::move(done)); });
  if (!info) return fail(info.error());
  position_ = resume->position;
  network_ = info->network;
  max_message_bytes_ = info->max_message_bytes;
  next_housekeeping_ = seams_.clock.monotonic();
  intake_.start();
  // The process before this one may have ended before the backend had them.
  const std::set<MessageHash> missing(started->missing.begin(), started->missing.end());
  for (const OwnMessage& message : *own) {
    if (missing.contains(message.hash)) outbox_.submit(message);
  }
  return {};
}

template <class M>
Result<WakuService::Once<M>> WakuService::begin(std::string_view method, const typename M::Request& request,
                                                const Caller& caller) {
  Once<M> once;
  if (caller.idempotency_key.empty()) return once;
  const Result<Bytes> params = api::encode(request);
  if (!params) return fail(params.error());
  auto claimed = idempotency_->claim({caller.name, std::string(method), caller.idempotency_key}, *params);
  if (!claimed) return fail(claimed.error());
  if (const auto& stored = claimed->stored_reply()) {
    Result<typename M::Reply> reply = api::decode<typename M::Reply>(*stored, api::Mode::lenient);
    if (!reply) return fail(reply.error());
    once.reply = std::move(*reply);
    return once;
  }
  once.claim.emplace(std::move(*claimed));
  return once;
}

template <class M, class Effect>
Result<typename M::Reply> WakuService::finish(Once<M>& once, store::Durability durability, Effect effect) {
  using Reply = typename M::Reply;
  Result<store::Transaction> tx = seams_.database.write(durability);
  if (!tx) return fail(tx.error());
  Result<Reply> reply = effect(*tx);
  if (!reply) return reply;
  if (once.claim) {
    const Result<Bytes> encoded = api::encode(*reply);
    if (!encoded) return fail(encoded.error());
    if (Status stored = once.claim->store(*tx, *encoded); !stored) return fail(stored.error());
  }
  if (Status committed = tx->commit(); !committed) return fail(committed.error());
  return reply;
}

template <class M, class Effect>
Result<typename M::Reply> WakuService::write(std::string_view method, const typename M::Request& request,
                                             const Caller& caller, store::Durability durability, Effect effect) {
  Result<Once<M>> once = begin<M>(method, request, caller);
  if (!once) return fail(once.error());
  if (once->reply) return *once->reply;
  return finish<M>(*once, durability, effect);
}

Result<Subscribe::Reply> WakuService::subscribe(const Subscribe::Request& request, const Caller& caller) {
  for (const std::string& topic : request.content_topics) {
    if (const auto parsed = parse_content_topic(topic); !parsed) return fail(parsed.error());
  }
  const std::lock_guard lock(subscriptions_);
  const Result<std::uint64_t> last = messages_->last();
  if (!last) return fail(last.error());
  // Committed with the topics: whatever a later start has to read again, older messages are not of this subscription.
  const auto since = await<std::uint64_t>([this](auto answer) { seams_.backend.head(std::move(answer)); });
  if (!since) return fail(since.error());
  Result<Subscribe::Reply> reply = write<Subscribe>(
      "subscribe", request, caller, store::Durability::full, [&](store::Transaction& tx) -> Result<Subscribe::Reply> {
        for (const std::string& topic : request.content_topics) {
          const auto added = tables::add_subscription(tx, caller.name, topic, *since);
          if (!added) return fail(added.error());
        }
        const Result<std::uint64_t> count = tables::count_subscriptions(tx, caller.name);
        if (!count) return fail(count.error());
        if (*count > kMaxSubscriptions) {
          return fail(Code::resource_exhausted, "waku.too_many_subscriptions",
                      "at most " + std::to_string(kMaxSubscriptions) + " content topics for one caller");
        }
        return Subscribe::Reply{messages_->cursor(*last)};
      });
  if (!reply) return reply;
  // Committed first: if the process ends in between, the next start subscribes.
  const Status done =
      await<void>([&](auto answer) { seams_.backend.subscribe(request.content_topics, std::move(answer)); });
  if (!done) return fail(done.error());
  return reply;
}

Result<Unsubscribe::Reply> WakuService::unsubscribe(const Unsubscribe::Request& request, const Caller& caller) {
  const std::lock_guard lock(subscriptions_);
  std::vector<std::string> orphaned;
  Result<Unsubscribe::Reply> reply = write<Unsubscribe>("unsubscribe", request, caller, store::Durability::full,
                                                        [&](store::Transaction& tx) -> Result<Unsubscribe::Reply> {
                                                          for (const std::string& topic : request.content_topics) {
                                                            const auto removed =
                                                                tables::remove_subscription(tx, caller.name, topic);
                                                            if (!removed) return fail(removed.error());
                                                            const auto wanted = tables::is_subscribed(tx, topic);
                                                            if (!wanted) return fail(wanted.error());
                                                            if (*removed && !*wanted) orphaned.push_back(topic);
                                                          }
                                                          return Unsubscribe::Reply{};
                                                        });
  if (!reply || orphaned.empty()) return reply;
  const Status done = await<void>([&](auto answer) { seams_.backend.unsubscribe(orphaned, std::move(answer)); });
  if (!done) return fail(done.error());
  return reply;
}

// Unix time, but never the same twice: the hash of a message needs it.
std::int64_t WakuService::next_timestamp_ns() {
  const std::int64_t now = seams_.clock.unix_ms() * 1'000'000;
  std::int64_t last = last_timestamp_ns_.load();
  std::int64_t next = 0;
  do {
    next = std::max(last + 1, now);
  } while (!last_timestamp_ns_.compare_exchange_weak(last, next));
  return next;
}

Result<OwnMessage> WakuService::compose(const Send::Request& request) {
  OwnMessage own;
  own.message.payload = request.payload;
  own.message.content_topic = request.content_topic;
  own.message.ephemeral = request.ephemeral;
  own.message.timestamp_ns = next_timestamp_ns();
  const Result<Shard> shard = autoshard(request.content_topic, network_);
  if (!shard) return fail(shard.error());
  if (const std::size_t size = encode_message(own.message).size(); size > max_message_bytes_) {
    return fail(Code::resource_exhausted, "waku.message_too_large",
                "the message has " + std::to_string(size) + " bytes encoded, the network takes " +
                    std::to_string(max_message_bytes_));
  }
  own.hash = message_hash(shard->pubsub_topic, own.message);
  own.request_id.resize(16);
  seams_.random.fill(own.request_id);
  return own;
}

Result<Send::Reply> WakuService::send(const Send::Request& request, const Caller& caller) {
  if (outbox_.full()) {
    return fail(make_retryable(Code::resource_exhausted, "waku.too_many_pending",
                               "too many messages wait for a node to take them", 1'000));
  }
  const Result<OwnMessage> own = compose(request);
  if (!own) return fail(own.error());
  const Send::Reply fresh{{own->request_id}, hex_of(own->hash)};
  if (request.ephemeral && caller.idempotency_key.empty()) {
    outbox_.submit(*own);
    return fresh;
  }
  const auto durability = request.ephemeral ? store::Durability::normal : store::Durability::full;
  Result<Send::Reply> reply =
      write<Send>("send", request, caller, durability, [&](store::Transaction& tx) -> Result<Send::Reply> {
        if (!request.ephemeral) {
          if (Status added = tables::add_own_message(tx, *own, seams_.clock.unix_ms()); !added)
            return fail(added.error());
        }
        return fresh;
      });
  // Another message_hash: the answer to the same key before, whose message is on its way.
  if (reply && reply->message_hash == fresh.message_hash) outbox_.submit(*own);
  return reply;
}

void WakuService::store_query(const StoreQueryMethod::Request& request, Answer<StoreQueryMethod::Reply> answer) {
  Result<StoreQuery> query = query_of(request);
  if (!query) return answer(fail(query.error()));
  seams_.backend.store_query(
      std::move(*query), request.peer, [this, answer = std::move(answer)](Result<StorePage> page) {
        intake_.post([answer, page = std::move(page)] { page ? answer(view_of(*page)) : answer(fail(page.error())); });
      });
}

Result<Peers::Reply> WakuService::peers() {
  const auto peers = await<std::vector<PeerInfo>>([this](auto done) { seams_.backend.peers(std::move(done)); });
  if (!peers) return fail(peers.error());
  Peers::Reply reply;
  for (const PeerInfo& peer : *peers) reply.peers.push_back(view_of(peer));
  return reply;
}

void WakuService::connect(const Connect::Request& request, const Caller& caller, Answer<Connect::Reply> answer) {
  Result<Once<Connect>> begun = begin<Connect>("connect", request, caller);
  if (!begun) return answer(fail(begun.error()));
  if (begun->reply) return answer(*begun->reply);
  const auto once = std::make_shared<Once<Connect>>(std::move(*begun));
  seams_.backend.connect(request.address, [this, address = request.address, once,
                                           answer = std::move(answer)](const Result<std::string>& peer) {
    intake_.post([this, address, once, answer, peer] {
      Result<Connect::Reply> reply = keep_peer(*once, address, peer);
      once->claim.reset();  // before the answer: whoever has it may call again
      answer(std::move(reply));
    });
  });
}

Result<Connect::Reply> WakuService::keep_peer(Once<Connect>& once, const std::string& address,
                                              const Result<std::string>& peer) {
  if (!peer) return fail(peer.error());
  return finish<Connect>(once, store::Durability::full, [&](store::Transaction& tx) -> Result<Connect::Reply> {
    if (Status kept = tables::add_peer(tx, address); !kept) return fail(kept.error());
    return Connect::Reply{*peer};
  });
}

Result<Disconnect::Reply> WakuService::disconnect(const Disconnect::Request& request, const Caller& caller) {
  Result<Once<Disconnect>> once = begin<Disconnect>("disconnect", request, caller);
  if (!once) return fail(once.error());
  if (once->reply) return *once->reply;
  // Outside the transaction: the backend's thread may be waiting for the database.
  const Status done = await<void>([&](auto answer) { seams_.backend.disconnect(request.address, std::move(answer)); });
  if (!done) return fail(done.error());
  return finish<Disconnect>(*once, store::Durability::full, [&](store::Transaction& tx) -> Result<Disconnect::Reply> {
    if (Status removed = tables::remove_peer(tx, request.address); !removed) return fail(removed.error());
    return Disconnect::Reply{};
  });
}

Result<Info::Reply> WakuService::info() {
  const auto info = await<BackendInfo>([this](auto done) { seams_.backend.info(std::move(done)); });
  if (!info) return fail(info.error());
  Info::Reply reply = view_of(*info);
  Result<store::Transaction> tx = seams_.database.read();
  if (!tx) return fail(tx.error());
  const auto subscriptions = tables::subscriptions(*tx);
  if (!subscriptions) return fail(subscriptions.error());
  reply.subscriptions = subscriptions->size();
  reply.counters.push_back({"received", received_});
  reply.counters.push_back({"received_before", received_before_});
  reply.counters.push_back({"asked_again", asked_again_});
  reply.counters.push_back({"outbox_now", outbox_.size()});
  return reply;
}

}  // namespace status::waku
