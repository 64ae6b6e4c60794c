#include "services/storage/api.h"

#include "services/storage/group_shape.h"

namespace status::storage {
namespace {

constexpr std::size_t kLongestCid = 128;
constexpr const char* kCidDoc = "Address of a manifest, \"zD…\" (CIDv1, SHA-256, base58btc).";

api::ErrorInfo invalid_cid() {
  return {Code::invalid_argument, "storage.invalid_cid", "The text is no address of a dataset; the message says why."};
}
api::ErrorInfo unknown_cid() { return {Code::not_found, "storage.unknown_cid", "This node does not have it."}; }
api::ErrorInfo unknown_transfer() {
  return {Code::not_found, "storage.unknown_upload", "It was cancelled, or nobody went on with it for a day."};
}
api::ErrorInfo foreign_transfer() {
  return {Code::permission_denied, "storage.foreign_upload", "Somebody else began it."};
}
api::ErrorInfo ended_transfer() {
  return {Code::aborted, "storage.upload_ended", "Somebody ended it while this call was on its way."};
}
api::ErrorInfo quota() {
  return {Code::resource_exhausted, "storage.quota", "It does not fit beside what is pinned and being put."};
}
api::ErrorInfo empty_file() {
  return {Code::invalid_argument, "storage.empty", "An empty file has no address in the network."};
}
api::ErrorInfo too_many_transfers() {
  return {Code::resource_exhausted, "ipc.too_many_transfers", "64 are under way; try later."};
}

}  // namespace

void TransferReply::describe(api::Fields<TransferReply>& f) {
  f.add("transfer", &TransferReply::transfer, "Names it in other calls and in events.").length(16, 16);
  f.add("url", &TransferReply::url, "Of the socket for its bytes; empty when the put is finished already.");
  f.add("ticket", &TransferReply::ticket, "The credential of its requests there, for as long as it is used.")
      .length(0, 16);
  f.add("offset", &TransferReply::offset, "Of the first byte to go over.");
  f.add("size", &TransferReply::size, "Where the bytes end; absent: not known yet.");
}

void Put::Request::describe(api::Fields<Request>& f) {
  f.add("filename", &Request::filename, "Part of the manifest, and so of the address; empty: none.")
      .length(0, 255)
      .optional();
  f.add("mimetype", &Request::mimetype, "Likewise.").length(0, 255).optional();
  f.add("size", &Request::size, "How many bytes there will be: room is kept for them. Absent: as many as come.")
      .range(1, std::uint64_t{1} << 40U);
  f.add("pinned", &Request::pinned, "Neither expires nor is evicted.").optional();
  f.add("ttl_ms", &Request::ttl_ms, "How long it lives once it is stored; absent: as long as the node's setting says.")
      .range(1'000, std::int64_t{3'650} * 24 * 3'600'000);
  f.add("data_blocks", &Request::data_blocks, "Of a group that has parity blocks on this node's disk; 0: no groups.")
      .range(0, GroupShape::kMostData)
      .optional();
  f.add("parity_blocks", &Request::parity_blocks, "Of a group: so many of its blocks may be lost. Both or neither.")
      .range(0, GroupShape::kMostParity)
      .optional();
}

api::MethodInfo Put::info() {
  return {.name = "put",
          .summary =
              "Begins to take a file. With an idempotency key the same call goes on with the same put, from the offset "
              "that it answers. `storage.finish` ends it.",
          .effect = api::Effect::write,
          .errors = {quota(),
                     {Code::invalid_argument, "storage.invalid_parity", "One of the two numbers without the other."},
                     {Code::failed_precondition, "storage.other_upload",
                      "The idempotency key was used for a put of another file."},
                     {Code::resource_exhausted, "storage.too_many_uploads", "64 puts are not finished."},
                     too_many_transfers()}};
}

void TransferRequest::describe(api::Fields<TransferRequest>& f) {
  f.add("transfer", &TransferRequest::transfer, "As `put` or `get` answered.").length(16, 16);
}

api::MethodInfo Resume::info() {
  return {.name = "resume",
          .summary = "Goes on with a put, after whatever ended it, at the offset that it answers. May be repeated.",
          .effect = api::Effect::read,
          .errors = {unknown_transfer(), foreign_transfer(), ended_transfer(), too_many_transfers()}};
}

void DatasetView::describe(api::Fields<DatasetView>& f) {
  f.add("cid", &DatasetView::cid, kCidDoc);
  f.add("tree", &DatasetView::tree, "Address of the tree over its blocks: the same whatever its name is.");
  f.add("size", &DatasetView::size, "Bytes.");
  f.add("block_size", &DatasetView::block_size, "Bytes of a block.");
  f.add("filename", &DatasetView::filename, "Empty: none.");
  f.add("mimetype", &DatasetView::mimetype, "Empty: none.");
  f.add("protected", &DatasetView::is_protected, "It has parity blocks of the network's own code.");
  f.add("pinned", &DatasetView::pinned, "Neither expires nor is evicted.");
  f.add("stored_ms", &DatasetView::stored_ms, "Since when this node has it.");
  f.add("expires_ms", &DatasetView::expires_ms, "When it goes; absent while it is pinned.");
  f.add("data_blocks", &DatasetView::data_blocks, "Of a group of blocks on this node's disk; 0: no groups.");
  f.add("parity_blocks", &DatasetView::parity_blocks, "How many blocks of each group may be lost.");
}

api::MethodInfo Finish::info() {
  return {.name = "finish",
          .summary = "Ends a put: the file is stored, and survives power loss, once this answers. May be repeated.",
          .effect = api::Effect::write,
          .errors = {unknown_transfer(),
                     foreign_transfer(),
                     ended_transfer(),
                     empty_file(),
                     {Code::failed_precondition, "storage.incomplete", "Fewer bytes are there than were announced."},
                     unknown_cid()}};
}

api::MethodInfo Cancel::info() {
  return {.name = "cancel",
          .summary = "Ends a transfer and forgets what a put has brought. Nothing happens to what is finished.",
          .effect = api::Effect::write,
          .errors = {unknown_transfer(), foreign_transfer(), ended_transfer()}};
}

void CidRequest::describe(api::Fields<CidRequest>& f) {
  f.add("cid", &CidRequest::cid, kCidDoc).length(1, kLongestCid);
}

void Get::Request::describe(api::Fields<Request>& f) {
  f.add("cid", &Request::cid, kCidDoc).length(1, kLongestCid);
  f.add("offset", &Request::offset, "Of the first byte.").optional();
  f.add("length", &Request::length, "Bytes from there; absent, or past the end: all that there are.");
}

api::MethodInfo Get::info() {
  return {.name = "get",
          .summary =
              "Begins to give a file, or a range of it. A block that is not what was stored ends it with DATA_LOSS "
              "(`storage.damaged_block`, details: cid, block) when its turn comes.",
          .effect = api::Effect::read,
          .errors = {invalid_cid(),
                     unknown_cid(),
                     {Code::out_of_range, "storage.past_the_end", "The offset is behind the last byte."},
                     too_many_transfers()}};
}

api::MethodInfo ManifestOf::info() {
  return {.name = "manifest",
          .summary = "What is known of a dataset.",
          .effect = api::Effect::read,
          .errors = {invalid_cid(), unknown_cid()}};
}

void List::Request::describe(api::Fields<Request>& f) {
  f.add("after", &Request::after, "`next` of the page before.").optional();
  f.add("limit", &Request::limit, "Datasets in the page.").range(1, 1'000).optional();
}

void List::Reply::describe(api::Fields<Reply>& f) {
  f.add("datasets", &Reply::datasets, "In the order of their coming.");
  f.add("next", &Reply::next, "Where the next page begins; absent: this was the last.");
}

api::MethodInfo List::info() {
  return {.name = "list", .summary = "A page of the datasets that are here.", .effect = api::Effect::read};
}

void Exists::Reply::describe(api::Fields<Reply>& f) { f.add("exists", &Reply::exists, "All of it is here."); }

api::MethodInfo Exists::info() {
  return {.name = "exists",
          .summary = "Whether this node has a dataset.",
          .effect = api::Effect::read,
          .errors = {invalid_cid()}};
}

void Delete::Reply::describe(api::Fields<Reply>& f) { f.add("deleted", &Reply::deleted, "False: it was not here."); }

api::MethodInfo Delete::info() {
  return {.name = "delete",
          .summary = "Forgets a dataset, pinned or not. Who is being given it gets the rest. May be repeated.",
          .effect = api::Effect::write,
          .errors = {invalid_cid()}};
}

void Pin::Request::describe(api::Fields<Request>& f) {
  f.add("cid", &Request::cid, kCidDoc).length(1, kLongestCid);
  f.add("pinned", &Request::pinned, "False: it lives for the node's time from now on.").optional();
}

api::MethodInfo Pin::info() {
  return {.name = "pin",
          .summary = "Keeps a dataset until it is unpinned or deleted. May be repeated.",
          .effect = api::Effect::write,
          .errors = {invalid_cid(), unknown_cid()}};
}

void Space::Reply::describe(api::Fields<Reply>& f) {
  f.add("backend", &Reply::backend, "Which implementation runs.").one_of({"embedded", "native", "attach"});
  f.add("quota_bytes", &Reply::quota_bytes, "What datasets and puts may take.");
  f.add("used_bytes", &Reply::used_bytes, "What datasets take: whole blocks, as they are on the disk.");
  f.add("reserved_bytes", &Reply::reserved_bytes, "What puts that are not finished take.");
  f.add("blocks", &Reply::blocks, "Of datasets; those that two have are there once.");
  f.add("datasets", &Reply::datasets, "How many there are.");
  f.add("uploads", &Reply::uploads, "Puts that are not finished.");
}

api::MethodInfo Space::info() {
  return {.name = "space", .summary = "What is taken of the quota.", .effect = api::Effect::read};
}

void TransferProgress::describe(api::Fields<TransferProgress>& f) {
  f.add("transfer", &TransferProgress::transfer, "Whose.").length(16, 16);
  f.add("direction", &TransferProgress::direction, "Seen from whoever began it.").one_of({"put", "get"});
  f.add("offset", &TransferProgress::offset, "How far it is.");
  f.add("size", &TransferProgress::size, "Where it ends; absent: not known.");
}

void DatasetStored::describe(api::Fields<DatasetStored>& f) {
  f.add("transfer", &DatasetStored::transfer, "The put that brought it.").length(16, 16);
  f.add("cid", &DatasetStored::cid, kCidDoc);
  f.add("size", &DatasetStored::size, "Bytes.");
}

void DatasetRemoved::describe(api::Fields<DatasetRemoved>& f) {
  f.add("cid", &DatasetRemoved::cid, kCidDoc);
  f.add("why", &DatasetRemoved::why, "Its time was over, it made room for others, or somebody deleted it.")
      .one_of({"expired", "evicted", "deleted"});
}

const api::Interface& interface() {
  static const api::Interface declared =
      api::Interface("storage", api_version(nullptr), "Files by the address of their contents",
                     {STATUS_OWNER_TEAM, STATUS_OWNER_CONTACT})
          .method<Put>()
          .method<Resume>()
          .method<Finish>()
          .method<Cancel>()
          .method<Get>()
          .method<ManifestOf>()
          .method<List>()
          .method<Exists>()
          .method<Delete>()
          .method<Pin>()
          .method<Space>()
          .event<TransferProgress>("progress", "A transfer has come further; ten times a second at most.")
          .event<DatasetStored>("stored", "A put was finished.")
          .event<DatasetRemoved>("removed", "A dataset is here no more.")
          .stream("events", "What becomes of transfers and datasets.", {"progress", "stored", "removed"});
  return declared;
}

}  // namespace status::storage
