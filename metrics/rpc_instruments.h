// Counts the calls that a process makes and answers (ARCHITECTURE.md section 7, WIRE.md section 8). Labels are modules,
// methods, codes and stages, never users, chats, topics or peers.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ipc/wire/observer.h"
#include "metrics/flight/recorder.h"
#include "metrics/registry.h"

namespace status::metrics {

// The stages in the order of a call.
inline constexpr std::array<std::string_view, 7> kStages = {"send",    "queue", "handler", "persist",
                                                            "backend", "other", "reply"};

// Upper ends in seconds: of whole calls, and coarser ones of single stages.
const std::vector<double>& call_bounds();
const std::vector<double>& stage_bounds();

// One stage of a method: the sum of its time, and its spread over all methods of the module.
struct Stage {
  // `callee` names the module when that is another one than this process.
  Stage(Registry& registry, std::string_view stage, const std::string& method, const Labels& callee = {});
  void spent(std::uint64_t ns) const;

  Counter seconds;
  Histogram spread;
};

// At the caller: one per method called, so that a callee's death erases nothing. Any thread.
class CallerMethod {
 public:
  CallerMethod(Registry& registry, const std::string& callee, const std::string& method, const std::string& caller);
  // `reply`: how long the answer was on its way, the one stage that only the caller sees; zero: there was none.
  void finished(std::optional<Code> code, std::chrono::nanoseconds total, std::chrono::nanoseconds reply);

 private:
  static constexpr std::size_t kOutcomes = 16;  // OK and the closed set of codes

  Registry& registry_;
  const Labels labels_;  // of the counters, but for the code
  const Histogram duration_;
  std::once_flag answered_;
  std::optional<Stage> reply_;  // made at the first answer
  // Made at the first call that ends so: most codes never occur.
  std::array<std::once_flag, kOutcomes> once_;
  std::array<Counter, kOutcomes> outcomes_;
};

// At the callee: one per method answered. Any thread.
class CalleeMethod {
 public:
  CalleeMethod(Registry& registry, std::string method);
  // Nanoseconds by position in kStages.
  void finished(const std::array<std::uint64_t, kStages.size()>& stages);

 private:
  Registry& registry_;
  const std::string method_;
  std::array<std::once_flag, kStages.size()> once_;
  std::array<std::optional<Stage>, kStages.size()> stages_;
};

// What `Server` and `Client` tell. Recording a call costs less than 1 µs.
class RpcInstruments final : public ipc::ServerObserver, public ipc::ClientObserver {
 public:
  // `module` is the process's own; the registry outlives this.
  RpcInstruments(Registry& registry, std::string module);

  void finished(const ipc::FinishedCall& call) override;
  void rejected(std::string_view reason) override;
  void finished(const ipc::FinishedRequest& request) override;

  // From now on each call is kept there, too. Once, before the first call; the recorder outlives this.
  void keep_flights(flight::Recorder& recorder) { recorder_ = &recorder; }

  // From the server's load, when collecting.
  void set_load(std::uint64_t in_flight, std::uint64_t queued, std::uint64_t queue_capacity);

 private:
  // A front end may ask a module that is locked, starting or full for any name: nobody has said yet that it is none.
  // The registry has room for about as many.
  static constexpr std::size_t kMaxNames = 80;

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <class T>
  struct ByName {
    std::shared_mutex mutex;
    std::unordered_map<std::string, std::unique_ptr<T>, TextHash, std::equal_to<>> items;  // under mutex

    // `make(name)`. Past kMaxNames all others share `rest`.
    template <class Make>
    T& get(std::string_view name, std::string_view rest, Make make) {
      {
        const std::shared_lock lock(mutex);
        if (const auto found = items.find(name); found != items.end()) return *found->second;
      }
      const std::unique_lock lock(mutex);
      const std::string key(items.size() < kMaxNames || items.contains(name) ? name : rest);
      const auto [place, fresh] = items.try_emplace(key);
      if (fresh) place->second = make(key);
      return *place->second;
    }
  };

  Registry& registry_;
  const std::string module_;
  flight::Recorder* recorder_ = nullptr;
  ByName<CallerMethod> callers_;
  ByName<CalleeMethod> callees_;
  ByName<Counter> rejects_;
  const Gauge in_flight_;
  const Gauge queued_;
  const Gauge capacity_;
};

}  // namespace status::metrics
