// Shows logs and crash records of modules: reads what statusd has written, and takes out what is nobody else's
// business. Office thread, unless said otherwise.
#pragma once

#include <string>
#include <utility>

#include "ipc/server/server.h"
#include "supervisor/gateway/office.h"
#include "supervisor/gateway/records/node_folders.h"
#include "supervisor/gateway/records/records_api.h"
#include "supervisor/gateway/routes.h"

namespace status::gateway {

class RecordsDesk {
 public:
  // Both outlive the office's thread.
  RecordsDesk(Office& office, Routes& routes, NodeFolders folders)
      : office_(office), routes_(routes), folders_(std::move(folders)) {}

  // LogTail and Crashes of records_api.h. Any thread, once; the server ends before this goes.
  void serve(ipc::Server& server);

 private:
  Status check(const std::string& module) const;
  Value redacted(Value::Array items) const;
  Result<LogTail::Reply> log_tail(const LogTail::Request& request) const;
  Result<Crashes::Reply> crashes(const Crashes::Request& request) const;

  Office& office_;
  Routes& routes_;
  const NodeFolders folders_;
};

}  // namespace status::gateway
