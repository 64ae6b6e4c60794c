// The database of a module: its key from keys, its file, its health. The service brings its own migrations.
#pragma once

#include <memory>

#include "services/host/module_context.h"
#include "services/host/store/database.h"
#include "services/host/store/integrity.h"

namespace status::host {

// Outlives the service that uses it; closed when it goes.
class ModuleDatabase {
 public:
  // `<data_dir>/<module>.db`. The reason `locked` when keys is away or keeps the key back; store errors otherwise.
  static Result<std::unique_ptr<ModuleDatabase>> open(ModuleContext& context);
  // Looks for damage in the background where there is a reason to. After the migrations; results go to the log and the
  // module's state.
  Status watch_integrity(ModuleContext& context);

  store::Database& database() { return *database_; }

 private:
  explicit ModuleDatabase(ModuleContext& context);

  class Times final : public store::TimeObserver {
   public:
    explicit Times(const metrics::DatabaseInstruments& instruments) : instruments_(instruments) {}
    void database_time(store::Operation operation, std::chrono::nanoseconds spent) override;

   private:
    const metrics::DatabaseInstruments& instruments_;
  };

  // Lets the operator's faults in.
  class Gate final : public store::TransactionGate {
   public:
    explicit Gate(FaultBook& faults) : faults_(faults) {}
    Status enter() override;

   private:
    FaultBook& faults_;
  };

  Times times_;
  Gate gate_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::IntegrityMonitor> integrity_;
};

}  // namespace status::host
