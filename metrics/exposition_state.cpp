// How an exposition is carried from one gateway to the next:
// {modules: [{name, generation, collected_ns, current, ended}]}, both snapshots packed, because a tree of values takes
// many times their room.
#include "ipc/base/codec.h"
#include "metrics/exposition.h"

namespace status::metrics {
namespace {

// Sums have the label sets of all generations.
constexpr std::size_t kMaxSeries = 100'000;

std::uint64_t to_ns(MonotonicTime time) {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(time.time_since_epoch()).count());
}

tl::unexpected<Error> bad_state(std::string_view what) {
  return fail(Code::invalid_argument, "metrics.bad_snapshot", "saved metrics: " + std::string(what));
}

Result<Snapshot> unpack(const Value& module, std::string_view key) {
  const Value* packed = module.find(key);
  if (packed == nullptr || packed->as_bytes() == nullptr) return bad_state("a snapshot is missing");
  const Result<Value> snapshot = decode_msgpack(*packed->as_bytes());
  if (!snapshot) return fail(snapshot.error());
  return decode(*snapshot, kMaxSeries);
}

}  // namespace

Value Exposition::state() const {
  Value::Array modules;
  for (const auto& [name, module] : modules_) {
    modules.push_back(Value::map({{"name", name},
                                  {"generation", module.generation},
                                  {"collected_ns", module.collected ? to_ns(*module.collected) : 0},
                                  {"current", encode_msgpack(encode(module.current))},
                                  {"ended", encode_msgpack(encode(module.ended))}}));
  }
  return Value::map({{"modules", std::move(modules)}});
}

Status Exposition::restore(const Value& state) {
  const Value* list = state.find("modules");
  if (list == nullptr || list->as_array() == nullptr) return bad_state("`modules` is missing");
  std::map<std::string, Module, std::less<>> modules;
  for (const Value& saved : *list->as_array()) {
    Result<Snapshot> current = unpack(saved, "current");
    if (!current) return fail(std::move(current.error()));
    Result<Snapshot> ended = unpack(saved, "ended");
    if (!ended) return fail(std::move(ended.error()));
    Module& module = modules[saved.string_or("name", "")];
    module.generation = saved.uint_or("generation", 0);
    if (const std::uint64_t ns = saved.uint_or("collected_ns", 0); ns != 0) {
      module.collected = MonotonicTime(std::chrono::nanoseconds(ns));
    }
    module.current = std::move(*current);
    module.ended = std::move(*ended);
  }
  modules_ = std::move(modules);
  return {};
}

}  // namespace status::metrics
