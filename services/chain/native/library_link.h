// The verified proxy as a library, in the process of the module chain_native: JSON-RPC calls become calls of its one
// function over IPC.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <mutex>
#include <string>

#include "ipc/client/client.h"
#include "services/chain/rpc/link.h"

namespace status::chain::native {

// Errors are those of Link: `chain.unreachable` while the library's process is away. What the library itself says is an
// error inside the answer, as any endpoint's is.
class LibraryLink final : public rpc::Link, public std::enable_shared_from_this<LibraryLink> {
 public:
  // The client outlives it, and answers that are late.
  LibraryLink(boost::asio::io_context& io, ipc::Client& client) : io_(&io), client_(client) {}

  void post(std::string body, MonotonicTime deadline, Done done) override;
  bool idle() const override { return !done_; }
  void close() override;

 private:
  void arrived(Result<std::string> answer);

  std::mutex mutex_;  // guards the next one: an answer may come when the io_context is gone
  boost::asio::io_context* io_;
  ipc::Client& client_;
  Done done_;
};

// The library as an endpoint.
rpc::Place library_place(boost::asio::io_context& io, ipc::Client& client);

}  // namespace status::chain::native
