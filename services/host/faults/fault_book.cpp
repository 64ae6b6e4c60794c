#include "services/host/faults/fault_book.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "ipc/wire/method_scope.h"

namespace status::host {
namespace {

std::string_view to_word(FaultStage stage) {
  constexpr std::string_view kWords[] = {"queue", "handler", "persist", "backend"};
  return kWords[static_cast<std::size_t>(stage)];
}

// "chat.send_message" or "chat.*".
bool matches(std::string_view pattern, std::string_view method) {
  if (!pattern.ends_with(".*")) return pattern == method;
  return method.starts_with(pattern.substr(0, pattern.size() - 1));
}

}  // namespace

void FaultBook::set(std::vector<api::Fault> faults) {
  const std::lock_guard lock(mutex_);
  any_ = !faults.empty();
  set_ = std::make_shared<const Set>(Set{std::move(faults)});
  changed_.notify_all();
}

void FaultBook::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  any_ = false;
  changed_.notify_all();
}

Result<FaultBook::Go> FaultBook::meet(FaultStage stage) {
  if (!any_.load(std::memory_order_relaxed)) return Go::on;
  const std::string_view method = ipc::MethodScope::current();
  if (method.empty()) return Go::on;
  std::shared_ptr<const Set> now;
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return Go::on;
    now = set_;
  }
  for (const api::Fault& fault : now->faults) {
    if (!strikes(fault, method, to_word(stage))) continue;
    const Result<Go> went = strike(fault, now);
    if (!went || *went == Go::drop) return went;
  }
  return Go::on;
}

bool FaultBook::strikes(const api::Fault& fault, std::string_view method, std::string_view stage) {
  if (fault.stage != stage || !matches(fault.method, method)) return false;
  if (fault.percent >= 100) return true;
  std::array<std::uint8_t, 4> bytes{};
  random_.fill(bytes);
  const std::uint32_t drawn =
      (std::uint32_t{bytes[0]} << 24U) | (std::uint32_t{bytes[1]} << 16U) | (std::uint32_t{bytes[2]} << 8U) | bytes[3];
  return drawn % 100 < fault.percent;
}

Result<FaultBook::Go> FaultBook::strike(const api::Fault& fault, const std::shared_ptr<const Set>& of) {
  if (fault.kind == "delay") {
    wait(of, std::chrono::milliseconds(fault.delay_ms));
  } else if (fault.kind == "hang") {
    wait(of, std::nullopt);
  } else if (fault.kind == "crash") {
    log_.error("a fault that was put in crashes this process", {{"fault", fault.id}});
    log_.flush();
    std::abort();
  } else if (fault.kind == "leak") {
    leak(fault.bytes);
  } else if (fault.kind == "flood") {
    for (std::uint32_t i = 0; i < fault.lines; ++i) log_.info("a fault that was put in floods", {{"fault", fault.id}});
  } else if (fault.kind == "fail") {
    return fail(Code::internal, "fault.injected",
                "fault " + std::to_string(fault.id) + " was put in: statusctl fault clear " + std::to_string(fault.id));
  } else if (fault.kind == "drop") {
    return Go::drop;
  }
  return Go::on;
}

void FaultBook::wait(const std::shared_ptr<const Set>& of, std::optional<std::chrono::milliseconds> time) {
  std::unique_lock lock(mutex_);
  const auto over = [&] { return ended_ || set_ != of; };
  if (time) {
    changed_.wait_for(lock, *time, over);
  } else {
    changed_.wait(lock, over);
  }
}

// Touched, or the kernel would not count it.
void FaultBook::leak(std::uint64_t bytes) {
  auto memory = std::make_unique<std::uint8_t[]>(bytes);
  std::fill_n(memory.get(), bytes, std::uint8_t{1});
  const std::lock_guard lock(mutex_);
  leaked_.push_back(std::move(memory));
}

}  // namespace status::host
