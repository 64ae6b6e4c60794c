// A module's second socket: a server of its own with one worker, so that a transfer never stands before a small call.
#pragma once

#include <memory>
#include <string>

#include "ipc/bulk/tickets.h"
#include "ipc/server/server.h"

namespace status::ipc {

class BulkServer {
 public:
  // `url`: ipc://<path> or inproc://<name>. Clock and randomness outlive it.
  BulkServer(const std::string& module, std::string url, std::uint64_t generation, const Clock& clock, Random& random);

  Status listen() { return server_.listen(); }
  Tickets& tickets() { return *tickets_; }
  const std::string& url() const { return server_.options().url; }
  Server& server() { return server_; }

 private:
  const std::shared_ptr<Tickets> tickets_;
  Server server_;
};

// Where the bulk socket of a module is whose first socket is there: beside it.
std::string bulk_url_of(const std::string& url);

}  // namespace status::ipc
