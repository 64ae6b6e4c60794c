#include "services/module_host/logos/library_thread.h"

#include <future>
#include <memory>
#include <optional>

#include "ipc/base/cpu_scope.h"
#include "ipc/base/stage_clock.h"
#include "ipc/wire/deadline_scope.h"
#include "ipc/wire/trace_scope.h"

namespace status::module_host::logos {
namespace {

// Whoever waits is watched, not the thread.
constexpr std::chrono::hours kNoLimit{24};

}  // namespace

LibraryThread::LibraryThread()
    : calls_([this] {
        for (std::string& name : guard_.restore()) replaced_.push_back(std::move(name));
      }) {}

void LibraryThread::run(const std::function<void()>& work) {
  StageTotals* const totals = StageScope::current();
  const ipc::Trace* const trace = ipc::TraceScope::current();
  const auto deadline = ipc::DeadlineScope::current();
  const auto done = std::make_shared<std::promise<void>>();
  std::future<void> waiting = done->get_future();
  post([&work, totals, trace, deadline, done] {
    {
      const ipc::DeadlineScope limited(deadline);
      const ipc::TraceScope traced(trace);
      std::optional<StageScope> charged;
      if (totals != nullptr) charged.emplace(*totals);
      const CpuScope cpu;
      work();
    }
    done->set_value();
  });
  waiting.wait();
}

void LibraryThread::post(std::function<void()> work) { calls_.post("the module", kNoLimit, std::move(work)); }

}  // namespace status::module_host::logos
