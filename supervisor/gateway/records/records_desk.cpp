#include "supervisor/gateway/records/records_desk.h"

#include <utility>

#include "supervisor/gateway/office_method.h"
#include "supervisor/records/node_files.h"
#include "supervisor/records/redaction.h"

namespace status::gateway {

void RecordsDesk::serve(ipc::Server& server) {
  serve_in<LogTail>(office_, server, [this](const LogTail::Request& request) { return log_tail(request); });
  serve_in<Crashes>(office_, server, [this](const Crashes::Request& request) { return crashes(request); });
}

// A name that a module has is also one that leads to no other folder.
Status RecordsDesk::check(const std::string& module) const {
  if (folders_.data_dir.empty()) {
    return fail(Code::unavailable, "supervisor.no_records", "the gateway was not told where the node's files are");
  }
  if (!routes_.find(module)) return fail(unknown_module(module, routes_));
  return {};
}

// Numbers stand for the same texts within one answer.
Value RecordsDesk::redacted(Value::Array items) const {
  records::Redactor redactor(records::rules_of_node(folders_.data_dir, folders_.run_dir));
  return redactor.value(Value(std::move(items)));
}

Result<LogTail::Reply> RecordsDesk::log_tail(const LogTail::Request& request) const {
  if (Status known = check(request.module); !known) return fail(known.error());
  const std::string log = folders_.data_dir + "/logs/" + request.module + ".log";
  return LogTail::Reply{*redacted(records::last_log_lines(log, request.lines)).as_array()};
}

Result<Crashes::Reply> RecordsDesk::crashes(const Crashes::Request& request) const {
  if (Status known = check(request.module); !known) return fail(known.error());
  const std::string folder = folders_.data_dir + "/crash/" + request.module;
  return Crashes::Reply{*redacted(records::read_crashes(folder, request.count)).as_array()};
}

}  // namespace status::gateway
