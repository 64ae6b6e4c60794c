#include "ipc/bulk/bulk_server.h"

#include "ipc/bulk/bulk_api.h"
#include "ipc/server/typed.h"

namespace status::ipc {
namespace {

constexpr std::string_view kSocket = "/rpc.sock";

ServerOptions options_of(const std::string& module, std::string url, std::uint64_t generation) {
  ServerOptions options;
  options.module = module;
  options.url = std::move(url);
  options.generation = generation;
  options.workers = 1;  // what a transfer brings comes in order
  options.queue = 32;
  options.max_message = kMaxBulkRequest;
  return options;
}

}  // namespace

BulkServer::BulkServer(const std::string& module, std::string url, std::uint64_t generation, const Clock& clock,
                       Random& random)
    : tickets_(std::make_shared<Tickets>(clock, random)),
      server_(options_of(module, std::move(url), generation), tickets_) {
  serve<BulkWrite>(server_, Run::worker,
                   [this](const BulkWrite::Request& request, const CallContext& call) -> Result<BulkWrite::Reply> {
                     const Result<std::uint64_t> end = tickets_->use(
                         call.header, [&](BulkTransfer& it) { return it.write(request.offset, request.data); });
                     if (!end) return fail(end.error());
                     return BulkWrite::Reply{*end};
                   });
  serve<BulkRead>(server_, Run::worker,
                  [this](const BulkRead::Request& request, const CallContext& call) -> Result<BulkRead::Reply> {
                    Result<Bytes> data = tickets_->use(
                        call.header, [&](BulkTransfer& it) { return it.read(request.offset, request.bytes); });
                    if (!data) return fail(std::move(data.error()));
                    return BulkRead::Reply{std::move(*data)};
                  });
}

std::string bulk_url_of(const std::string& url) {
  if (!url.ends_with(kSocket)) return url + ".bulk";
  return url.substr(0, url.size() - kSocket.size()) + "/bulk.sock";
}

}  // namespace status::ipc
