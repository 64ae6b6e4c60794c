#include "ipc/bulk/bulk_api.h"

namespace status::ipc {

void BulkWrite::Request::describe(api::Fields<Request>& f) {
  f.add("offset", &Request::offset, "Where the data goes: the end of what is there.");
  f.add("data", &Request::data, "The next chunk.").length(1, kBulkChunk);
}

void BulkWrite::Reply::describe(api::Fields<Reply>& f) {
  f.add("offset", &Reply::offset, "Where the next chunk goes.");
}

api::MethodInfo BulkWrite::info() {
  return {.name = "_bulk.write", .summary = "Adds a chunk to the ticket's transfer.", .effect = api::Effect::write};
}

void BulkRead::Request::describe(api::Fields<Request>& f) {
  f.add("offset", &Request::offset, "Of the first byte.");
  f.add("bytes", &Request::bytes, "How many.").range(1, kBulkChunk);
}

void BulkRead::Reply::describe(api::Fields<Reply>& f) {
  f.add("data", &Reply::data, "What is there; fewer only at the end.").length(0, kBulkChunk);
}

api::MethodInfo BulkRead::info() {
  return {.name = "_bulk.read", .summary = "A chunk of the ticket's transfer.", .effect = api::Effect::read};
}

}  // namespace status::ipc
