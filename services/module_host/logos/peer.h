// A module that a Logos module may call, and what it has said of itself. Any thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "ipc/client/client.h"

namespace status::module_host::logos {

class Peer {
 public:
  using Document = std::shared_ptr<const Value>;

  // The client outlives this.
  Peer(std::string name, ipc::Client& client) : name_(std::move(name)), client_(client) {}

  const std::string& name() const { return name_; }
  ipc::Client& client() { return client_; }

  // Its OpenRPC document; null: not known, or of an incarnation before.
  Document document() const;
  ipc::Request ask_document(std::uint32_t deadline_ms) const;
  // The answer to that.
  Result<Document> learn(const Result<ipc::Response>& response);
  // An answer of another incarnation: what the one before said is not known of this one.
  void seen(const ipc::Response& response);

 private:
  const std::string name_;
  ipc::Client& client_;
  mutable std::mutex mutex_;  // guards the next two
  Document document_;
  std::uint64_t generation_ = 0;
};

}  // namespace status::module_host::logos
