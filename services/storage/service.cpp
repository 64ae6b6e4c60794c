#include "services/storage/service.h"

#include <algorithm>

#include "ipc/api/convert.h"
#include "services/storage/transfers.h"

namespace status::storage {
namespace {

HexBytes hex_of(const UploadId& id) { return {Bytes(id.begin(), id.end())}; }

UploadId id_of(const HexBytes& hex) {
  UploadId id{};
  std::copy_n(hex.bytes.begin(), std::min(id.size(), hex.bytes.size()), id.begin());
  return id;
}

// The same caller with the same key means the same put.
UploadId id_of(const Caller& caller) {
  const std::uint8_t between = 0;
  const Digest digest = sha256(
      {as_bytes("storage.put"), {&between, 1}, as_bytes(caller.name), {&between, 1}, as_bytes(caller.idempotency_key)});
  UploadId id;
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

DatasetView view_of(const Dataset& dataset) {
  return {.cid = dataset.cid.text(),
          .tree = dataset.manifest.tree.text(),
          .size = dataset.manifest.dataset_bytes,
          .block_size = kBlockBytes,
          .filename = dataset.manifest.filename,
          .mimetype = dataset.manifest.mimetype,
          .is_protected = dataset.manifest.erasure.has_value(),
          .pinned = dataset.pinned,
          .stored_ms = dataset.stored_ms,
          .expires_ms = dataset.expires_ms,
          .data_blocks = dataset.shape.data,
          .parity_blocks = dataset.shape.parity};
}

}  // namespace

Result<std::unique_ptr<StorageService>> StorageService::open(Seams seams) {
  Result<std::unique_ptr<store::Idempotency>> idempotency = store::Idempotency::open(seams.database);
  if (!idempotency) return fail(std::move(idempotency.error()));
  return std::unique_ptr<StorageService>(new StorageService(std::move(seams), std::move(*idempotency)));
}

template <class M, class Outcome, class Effect, class View>
Result<typename M::Reply> StorageService::once(const typename M::Request& request, const Caller& caller, Effect effect,
                                               View view) {
  using Reply = typename M::Reply;
  std::optional<store::Idempotency::Claim> claim;
  Keep<Outcome> keep;
  if (!caller.idempotency_key.empty()) {
    const Result<Bytes> params = api::encode(request);
    if (!params) return fail(params.error());
    Result<store::Idempotency::Claim> claimed =
        idempotency_->claim({caller.name, M::info().name, caller.idempotency_key}, *params);
    if (!claimed) return fail(std::move(claimed.error()));
    if (const auto& stored = claimed->stored_reply()) return api::decode<Reply>(*stored, api::Mode::lenient);
    claim.emplace(std::move(*claimed));
    keep = [&claim, &view](store::Transaction& tx, const Outcome& outcome) -> Status {
      const Result<Bytes> reply = api::encode(view(outcome));
      if (!reply) return fail(reply.error());
      return claim->store(tx, *reply);
    };
  }
  const Result<Outcome> outcome = effect(std::as_const(keep));
  if (!outcome) return fail(outcome.error());
  return view(*outcome);
}

// Of an upload that is the caller's own.
Result<TransferReply> StorageService::transfer(const UploadId& id, UploadState state) {
  const HexBytes name = hex_of(id);
  // What the ticket before still brings counts, and comes before the offset is told.
  if (seams_.tickets.close(name.bytes)) {
    Result<UploadState> now = seams_.backend.upload(id, state.wish.owner);
    if (!now) return fail(std::move(now.error()));
    state = std::move(*now);
  }
  TransferReply reply{.transfer = name, .url = {}, .ticket = {}, .offset = state.offset, .size = state.wish.bytes};
  if (state.done) {
    reply.size = state.offset;  // nothing is left to go over: finish() says what it is
    return reply;
  }
  ProgressReporter progress(reply.transfer, "put", state.wish.bytes, seams_.events, seams_.clock);
  const Result<ipc::Credential> ticket = seams_.tickets.open(
      reply.transfer.bytes,
      std::make_shared<PutTransfer>(seams_.backend, id, state.wish.owner, std::move(progress), traffic_));
  if (!ticket) return fail(ticket.error());
  reply.url = seams_.bulk_url;
  reply.ticket = {Bytes(ticket->begin(), ticket->end())};
  return reply;
}

Result<Put::Reply> StorageService::put(const Put::Request& request, const Caller& caller) {
  if ((request.data_blocks == 0) != (request.parity_blocks == 0)) {
    return fail(Code::invalid_argument, "storage.invalid_parity",
                "`data_blocks` and `parity_blocks` are given both or neither: one says nothing without the other");
  }
  UploadId id;
  if (caller.idempotency_key.empty()) {
    seams_.random.fill(id);
  } else {
    id = id_of(caller);
  }
  const Result<UploadState> begun = seams_.backend.begin(id, {.owner = caller.name,
                                                              .filename = request.filename,
                                                              .mimetype = request.mimetype,
                                                              .bytes = request.size,
                                                              .pinned = request.pinned,
                                                              .ttl_ms = request.ttl_ms,
                                                              .shape = {request.data_blocks, request.parity_blocks}});
  if (!begun) return fail(begun.error());
  return transfer(id, *begun);
}

Result<Resume::Reply> StorageService::resume(const Resume::Request& request, const Caller& caller) {
  const UploadId id = id_of(request.transfer);
  const Result<UploadState> state = seams_.backend.upload(id, caller.name);
  if (!state) return fail(state.error());
  return transfer(id, *state);
}

Result<Finish::Reply> StorageService::finish(const Finish::Request& request, const Caller& caller) {
  const auto effect = [&](const Keep<Dataset>& keep) -> Result<Dataset> {
    const UploadId id = id_of(request.transfer);
    const Result<UploadState> before = seams_.backend.upload(id, caller.name);
    if (!before) return fail(before.error());
    Result<Dataset> dataset = seams_.backend.finish(id, caller.name, keep);
    if (!dataset) return dataset;
    seams_.tickets.close(request.transfer.bytes);
    if (!before->done) {
      seams_.events.stored({request.transfer, dataset->cid.text(), dataset->manifest.dataset_bytes});
    }
    return dataset;
  };
  return once<Finish, Dataset>(request, caller, effect, view_of);
}

Result<Cancel::Reply> StorageService::cancel(const Cancel::Request& request, const Caller& caller) {
  const auto effect = [&](const Keep<bool>& keep) -> Result<bool> {
    Result<bool> cancelled = seams_.backend.cancel(id_of(request.transfer), caller.name, keep);
    if (cancelled) seams_.tickets.close(request.transfer.bytes);
    if (cancelled || cancelled.error().reason != "storage.unknown_upload") return cancelled;
    if (!seams_.tickets.close(request.transfer.bytes)) return cancelled;
    return cancel_get(keep);
  };
  return once<Cancel, bool>(request, caller, effect, [](bool) { return Cancel::Reply{}; });
}

// Which is nowhere but in memory.
Result<bool> StorageService::cancel_get(const Keep<bool>& keep) {
  if (!keep) return true;
  Result<store::Transaction> tx = seams_.database.write();
  if (!tx) return fail(std::move(tx.error()));
  if (Status kept = keep(*tx, true); !kept) return fail(std::move(kept.error()));
  if (Status committed = tx->commit(); !committed) return fail(std::move(committed.error()));
  return true;
}

Result<Get::Reply> StorageService::get(const Get::Request& request) {
  const Result<Cid> cid = Cid::parse(request.cid);
  if (!cid) return fail(cid.error());
  const Result<Dataset> dataset = seams_.backend.find(*cid);
  if (!dataset) return fail(dataset.error());
  const std::uint64_t size = dataset->manifest.dataset_bytes;
  if (request.offset > size) {
    return fail(Code::out_of_range, "storage.past_the_end",
                "the file has " + std::to_string(size) + " bytes, and byte " + std::to_string(request.offset) +
                    " is behind the last");
  }
  if (Status used = seams_.backend.touch(*cid); !used) return fail(std::move(used.error()));
  const std::uint64_t end = request.offset + std::min(request.length.value_or(size), size - request.offset);
  UploadId id;
  seams_.random.fill(id);
  TransferReply reply{
      .transfer = hex_of(id), .url = seams_.bulk_url, .ticket = {}, .offset = request.offset, .size = end};
  ProgressReporter progress(reply.transfer, "get", end, seams_.events, seams_.clock);
  const Result<ipc::Credential> ticket = seams_.tickets.open(
      reply.transfer.bytes,
      std::make_shared<GetTransfer>(seams_.backend, *cid, request.offset, end, std::move(progress), traffic_));
  if (!ticket) return fail(ticket.error());
  reply.ticket = {Bytes(ticket->begin(), ticket->end())};
  return reply;
}

Result<ManifestOf::Reply> StorageService::manifest(const ManifestOf::Request& request) {
  const Result<Cid> cid = Cid::parse(request.cid);
  if (!cid) return fail(cid.error());
  const Result<Dataset> dataset = seams_.backend.find(*cid);
  if (!dataset) return fail(dataset.error());
  return view_of(*dataset);
}

Result<List::Reply> StorageService::list(const List::Request& request) {
  const Result<std::vector<Dataset>> page = seams_.backend.list(request.after, request.limit);
  if (!page) return fail(page.error());
  List::Reply reply;
  std::ranges::transform(*page, std::back_inserter(reply.datasets), view_of);
  if (page->size() == request.limit) reply.next = page->back().position;
  return reply;
}

Result<Exists::Reply> StorageService::exists(const Exists::Request& request) {
  const Result<Cid> cid = Cid::parse(request.cid);
  if (!cid) return fail(cid.error());
  const Result<Dataset> dataset = seams_.backend.find(*cid);
  if (!dataset && dataset.error().code != Code::not_found) return fail(dataset.error());
  return Exists::Reply{dataset.has_value()};
}

Result<Delete::Reply> StorageService::remove(const Delete::Request& request, const Caller& caller) {
  const Result<Cid> cid = Cid::parse(request.cid);
  if (!cid) return fail(cid.error());
  const auto effect = [&](const Keep<bool>& keep) {
    Result<bool> removed = seams_.backend.remove(*cid, keep);
    if (removed && *removed) seams_.events.removed({cid->text(), "deleted"});
    return removed;
  };
  return once<Delete, bool>(request, caller, effect, [](bool deleted) { return Delete::Reply{deleted}; });
}

Result<Pin::Reply> StorageService::pin(const Pin::Request& request, const Caller& caller) {
  const Result<Cid> cid = Cid::parse(request.cid);
  if (!cid) return fail(cid.error());
  const auto effect = [&](const Keep<Dataset>& keep) { return seams_.backend.pin(*cid, request.pinned, keep); };
  return once<Pin, Dataset>(request, caller, effect, view_of);
}

Result<Space::Reply> StorageService::space() {
  const Result<SpaceUse> use = seams_.backend.space();
  if (!use) return fail(use.error());
  return Space::Reply{.backend = seams_.backend_name,
                      .quota_bytes = use->quota_bytes,
                      .used_bytes = use->used_bytes,
                      .reserved_bytes = use->reserved_bytes,
                      .blocks = use->blocks,
                      .datasets = use->datasets,
                      .uploads = use->uploads};
}

}  // namespace status::storage
