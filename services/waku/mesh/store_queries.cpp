#include "services/waku/mesh/store_queries.h"

#include "services/waku/mesh/ages.h"
#include "services/waku/mesh/printable.h"
#include "services/waku/message_codec.h"

namespace status::waku::mesh {
namespace {

constexpr std::size_t kMaxUnderWay = 64;
constexpr std::size_t kLocalPageBytes = 4 * 1024 * 1024;
constexpr std::uint8_t kLastCode = static_cast<std::uint8_t>(Code::data_loss);

}  // namespace

Result<StorePage> StoreQueries::local(const StoreQuery& query) {
  Result<QueryBatch> batch = archive_.query(query, kLocalPageBytes);
  if (!batch) return tl::unexpected(batch.error());
  StorePage page;
  for (const Record& record : batch->records) {
    Result<WakuMessage> message = decode_message(record.encoded, record.encoded.size());
    if (!message) return tl::unexpected(message.error());
    page.messages.push_back(
        {record.hash, pubsub_topic(runtime_.config.network.cluster, record.shard), std::move(*message)});
  }
  if (batch->more && !page.messages.empty()) page.cursor = page.messages.back().hash;
  return page;
}

void StoreQueries::ask(Peer& peer, const StoreQuery& query, Done<StorePage> done) {
  if (waiting_.size() >= kMaxUnderWay) {
    return done(
        fail(make_retryable(Code::resource_exhausted, "waku.too_many_queries", "64 store queries are under way")));
  }
  const std::uint32_t request = ++last_request_;
  waiting_[request] = {&peer, std::move(done), runtime_.clock.monotonic() + runtime_.config.query_timeout};
  peer.send(Query{request, static_cast<std::uint16_t>(query.limit), query.forward, query.start_ns, query.end_ns,
                  query.cursor, query.content_topics});
}

bool StoreQueries::expects(const Peer& peer, std::uint32_t request) const {
  const auto found = waiting_.find(request);
  return found != waiting_.end() && found->second.peer == &peer;
}

void StoreQueries::on_result(const Peer& peer, const QueryResult& result) {
  if (!expects(peer, result.request)) return;
  const auto found = waiting_.find(result.request);
  const Done<StorePage> done = std::move(found->second.done);
  waiting_.erase(found);
  done(page_of(result));
}

Result<StorePage> StoreQueries::page_of(const QueryResult& result) const {
  if (result.status != 0) {
    const bool known = result.status <= kLastCode + 1;
    const Code code = known ? static_cast<Code>(result.status - 1) : Code::unavailable;
    return fail(code, code == Code::not_found ? "waku.unknown_cursor" : "waku.store_failed",
                "the peer's store answered: " + printable(result.error));
  }
  StorePage page;
  page.cursor = result.cursor;
  for (const PageEntry& entry : result.entries) {
    Result<WakuMessage> message = decode_message(entry.encoded, runtime_.config.max_message_bytes);
    if (!message) return tl::unexpected(message.error());
    std::string topic = pubsub_topic(runtime_.config.network.cluster, entry.shard);
    const MessageHash hash = message_hash(topic, *message);
    page.messages.push_back({hash, std::move(topic), std::move(*message)});
  }
  return page;
}

void StoreQueries::serve(Peer& peer, const Query& query) {
  ++runtime_.counters.queries_served;
  QueryResult result;
  result.request = query.request;
  const StoreQuery asked{query.content_topics, query.start_ns, query.end_ns, query.cursor, query.limit, query.forward};
  const Result<QueryBatch> batch = archive_.query(asked, kPageBytes);
  if (!batch) {
    result.status = static_cast<std::uint8_t>(static_cast<std::uint8_t>(batch.error().code) + 1);
    result.error = batch.error().code == Code::not_found ? batch.error().message : "its store failed";
    return peer.answer("mesh.query_result", result);
  }
  const std::int64_t now = runtime_.clock.unix_ms();
  for (const Record& record : batch->records) {
    if (record.encoded.size() > peer.hello().max_message_bytes) continue;
    result.entries.push_back({age_ms(now, record.arrived_ms), record.shard, record.encoded});
  }
  if (batch->more && !batch->records.empty()) result.cursor = batch->records.back().hash;
  peer.answer("mesh.query_result", result);
}

template <class Predicate>
void StoreQueries::end(Predicate predicate, const Error& error) {
  // A `done` may ask again: take them all out before calling any.
  std::vector<Done<StorePage>> ended;
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    if (!predicate(it->second)) {
      ++it;
      continue;
    }
    ended.push_back(std::move(it->second.done));
    it = waiting_.erase(it);
  }
  for (const Done<StorePage>& done : ended) done(fail(error));
}

void StoreQueries::on_gone(const Peer& peer) {
  end([&peer](const Waiting& waiting) { return waiting.peer == &peer; },
      make_retryable(Code::unavailable, "waku.peer_gone", "the peer went away before it answered the store query"));
}

void StoreQueries::tick() {
  const MonotonicTime now = runtime_.clock.monotonic();
  end([now](const Waiting& waiting) { return now >= waiting.deadline; },
      make_retryable(Code::deadline_exceeded, "waku.store_timeout", "the peer did not answer the store query in time"));
}

void StoreQueries::stop() {
  end([](const Waiting&) { return true; },
      make_retryable(Code::unavailable, "waku.stopping", "the backend is stopping"));
}

}  // namespace status::waku::mesh
