// What every process of a node measures, in one object: made by ServiceMain (and the gateway), handed to what needs it.
//
//   metrics::Instruments instruments({.module = "chat", .version = "0.1.0"});
//   ipc::Server server(options, access, &instruments.rpc());           // and each ipc::Client likewise
//   auto pending = instruments.registry().gauge("status_chat_outbox_messages", "Messages not yet acknowledged.");
//   reply = metrics::encode(instruments.registry().collect());         // `_sys.metrics`
#pragma once

#include <string>

#include "metrics/custody.h"
#include "metrics/registry.h"
#include "metrics/rpc_instruments.h"
#include "metrics/service_instruments.h"

namespace status::metrics {

struct InstrumentOptions {
  std::string module;
  std::string version = {};   // of the program
  std::string revision = {};  // of its source
  RegistryOptions registry = {};
};

// The registry with its standard content: calls, process_*, status_build_info. Outlives whatever records into it.
class Instruments {
 public:
  explicit Instruments(const InstrumentOptions& options);

  Registry& registry() { return registry_; }
  RpcInstruments& rpc() { return rpc_; }
  const DatabaseInstruments& database() const { return database_; }
  const CustodyLog& custody() const { return custody_; }

  // From now on calls and steps of messages are kept there, too. Once, before the first; the recorder outlives this.
  void keep_flights(flight::Recorder& recorder);

 private:
  Registry registry_;
  RpcInstruments rpc_;
  DatabaseInstruments database_;
  CustodyLog custody_;
};

}  // namespace status::metrics
