#include "ipc/bulk/bulk_client.h"

#include <algorithm>
#include <deque>
#include <future>

#include "ipc/bulk/bulk_api.h"
#include "ipc/client/typed.h"

namespace status::ipc {
namespace {

// A disk that is busy with somebody else's sync may take its time.
constexpr std::uint32_t kChunkDeadlineMs = 60'000;
constexpr std::chrono::seconds kConnectPatience{2};

tl::unexpected<Error> stopped() {
  return fail(Code::cancelled, "ipc.transfer_stopped", "the transfer was stopped on this side");
}

}  // namespace

Result<std::unique_ptr<BulkClient>> BulkClient::open(const BulkAddress& address) {
  ClientOptions options;
  options.url = address.url;
  options.target = address.module;
  options.credential = address.ticket;
  options.connect_patience = kConnectPatience;
  Result<std::unique_ptr<Client>> client = Client::open(std::move(options));
  if (!client) return fail(std::move(client.error()));
  return std::unique_ptr<BulkClient>(new BulkClient(std::move(*client)));
}

template <class M>
auto BulkClient::begin(const typename M::Request& request) {
  const auto promise = std::make_shared<std::promise<Result<typename M::Reply>>>();
  auto answer = promise->get_future();
  call_async<M>(*client_, request, {.deadline_ms = kChunkDeadlineMs},
                [promise](Result<typename M::Reply> reply) { promise->set_value(std::move(reply)); });
  return answer;
}

Result<std::uint64_t> BulkClient::send(std::uint64_t offset, const Source& source, const Progress& progress) {
  std::deque<std::future<Result<BulkWrite::Reply>>> ahead;
  bool ended = false;
  std::uint64_t over = offset;
  while (!ended || !ahead.empty()) {
    while (!ended && ahead.size() < kAhead) {
      BulkWrite::Request chunk{.offset = offset, .data = Bytes(kBulkChunk)};
      const Result<std::size_t> got = source(offset, chunk.data);
      if (!got) return fail(got.error());
      ended = *got < chunk.data.size();
      if (*got == 0) break;
      chunk.data.resize(*got);
      offset += *got;
      ahead.push_back(begin<BulkWrite>(chunk));
    }
    if (ahead.empty()) break;
    const Result<BulkWrite::Reply> reply = ahead.front().get();
    ahead.pop_front();
    if (!reply) return fail(reply.error());
    over = reply->offset;
    if (!progress(over)) return stopped();
  }
  return over;
}

Status BulkClient::receive(std::uint64_t offset, std::uint64_t end, const Sink& sink, const Progress& progress) {
  std::deque<std::future<Result<BulkRead::Reply>>> ahead;
  std::uint64_t over = offset;
  while (over < end) {
    while (offset < end && ahead.size() < kAhead) {
      const auto bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(kBulkChunk, end - offset));
      ahead.push_back(begin<BulkRead>({.offset = offset, .bytes = bytes}));
      offset += bytes;
    }
    const Result<BulkRead::Reply> reply = ahead.front().get();
    ahead.pop_front();
    if (!reply) return fail(reply.error());
    const std::uint64_t expected = std::min<std::uint64_t>(kBulkChunk, end - over);
    if (reply->data.size() != expected) {
      return fail(Code::data_loss, "ipc.short_chunk", "the other side gave fewer bytes than there are");
    }
    if (Status taken = sink(reply->data); !taken) return taken;
    over += expected;
    if (!progress(over)) return stopped();
  }
  return {};
}

}  // namespace status::ipc
