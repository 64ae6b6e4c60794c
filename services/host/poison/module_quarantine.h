// A PoisonGuard as a part of a module: its file in the module's folder, its methods, its event, its metrics, its word
// in the log.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "services/host/module_context.h"
#include "services/host/poison/poison_guard.h"
#include "services/host/store/idempotency.h"

namespace status::host {

// `status_quarantined_items`, `status_quarantined_total`, `status_quarantine_pushed_out_total`;
// the event `quarantined`.
class ModuleQuarantine final : private QuarantineObserver {
 public:
  // Runs what it is given on the consumer's thread, or alone beside it, and returns when it has run.
  using Turn = std::function<void(const std::function<void()>& work)>;

  // On the consumer's thread. They outlive this. `<data_dir>/<stream>.in-flight` says what is in flight; where there is
  // no room for it, the module runs without, and the log says so. Errors are the store's.
  static Result<std::unique_ptr<ModuleQuarantine>> open(ModuleContext& context, store::Database& database,
                                                        DurableConsumer& consumer, const std::string& stream);
  ~ModuleQuarantine() override;

  PoisonGuard& guard() { return *guard_; }
  // Answers quarantine_list, quarantine_retry and quarantine_drop; the latter two once per idempotency key.
  void serve(const Turn& turn);

 private:
  using Choice = Status (PoisonGuard::*)(std::int64_t id, const PoisonGuard::Along& along);

  explicit ModuleQuarantine(ModuleContext& context);
  template <class M>
  void serve_choice(const Turn& turn, Choice choice);
  // On the consumer's thread. Errors beside the guard's: those of Idempotency::claim.
  Status choose(Choice choice, std::int64_t id, store::Idempotency::Scope scope, ByteView params);
  void quarantined(const QuarantinedItem& item, std::uint64_t pushed_out) override;
  void holds(std::uint64_t items) override { items_.set(static_cast<double>(items)); }

  ModuleContext& context_;
  const metrics::Gauge items_;
  const metrics::Counter total_;
  const metrics::Counter pushed_out_;
  std::unique_ptr<store::Idempotency> idempotency_;
  std::unique_ptr<PoisonGuard> guard_;
};

}  // namespace status::host
