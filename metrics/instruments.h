// What every process of a node measures, in one object: made by ServiceMain (and the gateway), handed to what needs it.
//
//   metrics::Instruments instruments({.module = "chat", .version = "0.1.0"});
//   ipc::Server server(options, access, &instruments.rpc());           // and each ipc::Client likewise
//   auto pending = instruments.registry().gauge("status_chat_outbox_messages", "Messages not yet acknowledged.");
//   reply = metrics::encode(instruments.registry().collect());         // `_sys.metrics`
#pragma once

#include <array>
#include <chrono>
#include <string>

#include "metrics/registry.h"
#include "metrics/rpc_instruments.h"

namespace status::metrics {

struct InstrumentOptions {
  std::string module;
  std::string version = {};   // of the program
  std::string revision = {};  // of its source
  RegistryOptions registry = {};
};

// Time in the module's own database; the words are those of store::Operation. Any thread.
class DatabaseInstruments {
 public:
  static constexpr std::array<std::string_view, 3> kOperations = {"read", "write", "commit"};

  explicit DatabaseInstruments(Registry& registry);
  // `operation` is a position in kOperations.
  void record(std::size_t operation, std::chrono::nanoseconds spent) const;

 private:
  std::array<Counter, kOperations.size()> seconds_;
  std::array<Counter, kOperations.size()> count_;
};

// One event stream. Any thread.
struct StreamInstruments {
  StreamInstruments(Registry& registry, const std::string& stream);
  Gauge depth;      // entries kept
  Gauge lag;        // entries that the slowest reader is behind
  Counter dropped;  // entries that went before everybody had them
};

// The registry with its standard content: calls, process_*, status_build_info. Outlives whatever records into it.
class Instruments {
 public:
  explicit Instruments(const InstrumentOptions& options);

  Registry& registry() { return registry_; }
  RpcInstruments& rpc() { return rpc_; }
  const DatabaseInstruments& database() const { return database_; }

 private:
  Registry registry_;
  RpcInstruments rpc_;
  DatabaseInstruments database_;
};

}  // namespace status::metrics
