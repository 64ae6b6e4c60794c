#include "services/module_host/logos/peer.h"

#include "ipc/base/codec.h"

namespace status::module_host::logos {

Peer::Document Peer::document() const {
  const std::lock_guard lock(mutex_);
  return document_;
}

ipc::Request Peer::ask_document(std::uint32_t deadline_ms) const {
  ipc::Request request;
  request.method = name_ + "._sys.describe";
  request.deadline_ms = deadline_ms;
  return request;
}

Result<Peer::Document> Peer::learn(const Result<ipc::Response>& response) {
  if (!response) return fail(response.error());
  Result<Value> said = decode_msgpack(response->result());
  if (!said) return fail(std::move(said.error()));
  Document document = std::make_shared<const Value>(std::move(*said));
  const std::lock_guard lock(mutex_);
  document_ = document;
  generation_ = response->header().generation;
  return document;
}

void Peer::seen(const ipc::Response& response) {
  const std::lock_guard lock(mutex_);
  if (response.header().generation != generation_) document_.reset();
}

}  // namespace status::module_host::logos
