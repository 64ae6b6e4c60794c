// Looks through the file for damage, in the background and only when there is a reason: the machine was started anew
// since the last look, or an I/O error was met (a full look takes 113 ms per 100,000 rows: not at every start).
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "services/host/store/database.h"

namespace status::store {

enum class CheckCause : std::uint8_t { new_boot, fault };

struct CheckReport {
  CheckCause cause = CheckCause::new_boot;
  // DATA_LOSS (`store.damaged`) naming the file and the first finding; other errors when the look itself failed.
  std::optional<Error> error;
};

struct IntegrityOptions {
  std::string boot_id_path = "/proc/sys/kernel/random/boot_id";
  // Runs a look on a thread that there is; false when it cannot. A job that it drops counts as ended. Empty: a
  // short-lived thread for each look.
  std::function<bool(std::function<void()>)> post = {};
  // Becomes true when the process ends: a running look ends soon, and nobody hears of it. May be null.
  const std::atomic<bool>* ending = nullptr;
};

// PRAGMA quick_check on a connection of its own: readers and writers go on. One look at a time; after a fault at most
// one a minute. Installs itself as the database's fault observer.
class IntegrityMonitor {
 public:
  using Callback = std::function<void(const CheckReport&)>;

  // Reads the remembered boot id and starts the look where it differs; `done` is called on the look's thread after
  // each look. A look that found nothing remembers the boot id. Outside any transaction.
  static Result<std::unique_ptr<IntegrityMonitor>> start(Database& database, Callback done,
                                                         const IntegrityOptions& options = {});
  // Interrupts a running look and waits for its end. Before the database goes; no transaction may be open.
  ~IntegrityMonitor();

  // Any thread; returns at once.
  void request(CheckCause cause);
  // Waits until no look runs. For tests and for an orderly stop.
  void wait_idle();

 private:
  class Turn;

  IntegrityMonitor(Database& database, Callback done, std::string boot_id, const IntegrityOptions& options);
  void run(CheckCause cause);
  bool stop_requested() const { return stopping_ || (ending_ != nullptr && *ending_); }
  CheckReport look(CheckCause cause);

  Database& database_;
  const Callback done_;
  const std::string boot_id_;
  const std::function<bool(std::function<void()>)> post_;
  const std::atomic<bool>* const ending_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::condition_variable idle_;
  bool running_ = false;                     // under mutex_
  std::optional<MonotonicTime> last_fault_;  // under mutex_
  std::thread thread_;                       // under mutex_
};

}  // namespace status::store
