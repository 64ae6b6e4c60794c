// The faults that an operator has put into this module, and the moments at which they strike.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "ipc/api/fault_types.h"
#include "ipc/base/random.h"
#include "ipc/base/result.h"
#include "ipc/server/interceptor.h"
#include "services/host/logger.h"

namespace status::host {

enum class FaultStage : std::uint8_t { queue, handler, persist, backend };

// Any thread. Costs one atomic read while there are no faults.
class FaultBook final : public ipc::Interceptor {
 public:
  using Go = ipc::Interceptor::Go;

  // Both outlive this.
  FaultBook(Random& random, Logger& log) : random_(random), log_(log) {}

  // These and no others from now on. What hangs or waits in one that is gone goes on.
  void set(std::vector<api::Fault> faults);
  // The process is coming to its end: nothing hangs or waits any more, and nothing begins to.
  void end();

  // Here a call enters a stage: does what the faults for the method that this thread works on (ipc::MethodScope) want,
  // on this very thread. Nothing outside of any call. An error is the answer of the call.
  Result<Go> meet(FaultStage stage);

  Result<Go> before_handler() override { return meet(FaultStage::queue); }
  Result<Go> in_handler() override { return meet(FaultStage::handler); }

 private:
  struct Set {
    std::vector<api::Fault> faults;
  };
  bool strikes(const api::Fault& fault, std::string_view method, std::string_view stage);
  Result<Go> strike(const api::Fault& fault, const std::shared_ptr<const Set>& of);
  // For that time, or without an end, or until the set is another one or the end has come.
  void wait(const std::shared_ptr<const Set>& of, std::optional<std::chrono::milliseconds> time);
  void leak(std::uint64_t bytes);

  Random& random_;
  Logger& log_;
  std::atomic<bool> any_{false};
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::shared_ptr<const Set> set_;
  bool ended_ = false;
  std::vector<std::unique_ptr<std::uint8_t[]>> leaked_;
};

}  // namespace status::host
