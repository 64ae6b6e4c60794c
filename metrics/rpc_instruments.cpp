#include "metrics/rpc_instruments.h"

#include <utility>

namespace status::metrics {
namespace {

// A front end may ask for any name: those that nobody answers share one label.
constexpr std::string_view kUnknownMethod = "_unknown";

std::string_view without_module(std::string_view method, std::string_view module) {
  if (method.size() > module.size() && method.starts_with(module) && method[module.size()] == '.') {
    return method.substr(module.size() + 1);
  }
  return method;
}

std::string_view shown(std::string_view method, std::optional<Code> code) {
  return code == Code::unimplemented ? kUnknownMethod : method;
}

}  // namespace

const std::vector<double>& call_bounds() {
  static const std::vector<double> bounds{0.00025, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2, 10};
  return bounds;
}

const std::vector<double>& stage_bounds() {
  static const std::vector<double> bounds{0.0005, 0.002, 0.01, 0.05, 0.25, 1, 5};
  return bounds;
}

Stage::Stage(Registry& registry, std::string_view stage, const std::string& method, const Labels& callee) {
  Labels of_module = callee;
  of_module.emplace_back("stage", stage);
  Labels of_method = of_module;
  of_method.emplace_back("method", method);
  seconds = registry.counter("status_rpc_stage_seconds_total", "Where the time of answered calls went.",
                             std::move(of_method));
  spread = registry.histogram("status_rpc_stage_duration_seconds", "Single stages of answered calls.", stage_bounds(),
                              std::move(of_module));
}

void Stage::spent(std::uint64_t ns) const {
  const double s = static_cast<double>(ns) * 1e-9;
  seconds.add(s);
  spread.observe(s);
}

CallerMethod::CallerMethod(Registry& registry, const std::string& callee, const std::string& method,
                           const std::string& caller)
    : registry_(registry),
      labels_{{"module", callee}, {"method", method}, {"caller", caller}},
      duration_(registry.histogram("status_rpc_duration_seconds",
                                   "Calls from sending to the answer, seen by the caller.", call_bounds(),
                                   {{"module", callee}, {"method", method}})) {}

void CallerMethod::finished(std::optional<Code> code, std::chrono::nanoseconds total, std::chrono::nanoseconds reply) {
  const std::size_t outcome = code ? static_cast<std::size_t>(*code) + 1 : 0;
  std::call_once(once_[outcome], [&] {
    Labels labels = labels_;
    labels.emplace_back("code", code ? to_word(*code) : "OK");
    outcomes_[outcome] =
        registry_.counter("status_rpc_requests_total", "Calls by outcome, seen by the caller.", std::move(labels));
  });
  outcomes_[outcome].add();
  duration_.observe(total);
  if (reply.count() == 0) return;
  std::call_once(answered_, [&] {
    const Labels::value_type& module = labels_[0];
    const Labels::value_type& method = labels_[1];
    reply_.emplace(registry_, "reply", method.second, Labels{module});
  });
  reply_->spent(static_cast<std::uint64_t>(reply.count()));
}

CalleeMethod::CalleeMethod(Registry& registry, std::string method) : registry_(registry), method_(std::move(method)) {}

void CalleeMethod::finished(const std::array<std::uint64_t, kStages.size()>& stages) {
  for (std::size_t i = 0; i < kStages.size(); ++i) {
    if (stages[i] == 0) continue;
    std::call_once(once_[i], [&] { stages_[i].emplace(registry_, kStages[i], method_); });
    stages_[i]->spent(stages[i]);
  }
}

RpcInstruments::RpcInstruments(Registry& registry, std::string module)
    : registry_(registry),
      module_(std::move(module)),
      in_flight_(registry.gauge("status_rpc_in_flight", "Calls that a worker is busy with.")),
      queued_(registry.gauge("status_rpc_queue_depth", "Calls that wait for a worker.")),
      capacity_(registry.gauge("status_rpc_queue_capacity", "Calls that may wait for a worker.")) {}

void RpcInstruments::finished(const ipc::FinishedCall& call) {
  CalleeMethod& callee = callees_.get(shown(call.method, call.code), kUnknownMethod, [&](const std::string& method) {
    return std::make_unique<CalleeMethod>(registry_, std::string(without_module(method, module_)));
  });
  const ipc::Stages& s = call.stages;
  callee.finished({call.send_ns, s.queue_ns, s.handler_ns, s.persist_ns, s.backend_ns, s.other_ns, 0});
  if (recorder_ == nullptr) return;
  flight::Recorder::Entry entry;
  entry.side = flight::Side::answered;
  entry.method = recorder_->name(shown(call.method, call.code));
  entry.peer = recorder_->name(call.caller);
  entry.code = call.code;
  entry.started_ns = call.started_ns;
  entry.total_ns = call.total_ns;
  entry.trace = call.trace ? &*call.trace : nullptr;
  entry.stages_known = true;
  entry.stages = {call.send_ns, s.queue_ns, s.handler_ns, s.persist_ns, s.backend_ns, s.other_ns, 0};
  entry.request_bytes = call.request_bytes;
  entry.response_bytes = call.response_bytes;
  recorder_->add(entry);
}

void RpcInstruments::rejected(std::string_view reason) {
  const Counter& rejects = rejects_.get(reason, "other", [&](const std::string& name) {
    return std::make_unique<Counter>(
        registry_.counter("status_rpc_rejects_total", "Calls refused before their handler.", {{"reason", name}}));
  });
  rejects.add();
}

void RpcInstruments::finished(const ipc::FinishedRequest& request) {
  // An unknown method's name is the caller's own; the label still says which module it asked.
  const std::string unknown = std::string(request.target).append(".").append(kUnknownMethod);
  const std::string_view method = request.code == Code::unimplemented ? std::string_view(unknown) : request.method;
  CallerMethod& caller = callers_.get(method, unknown, [&](const std::string& name) {
    return std::make_unique<CallerMethod>(registry_, std::string(request.target),
                                          std::string(without_module(name, request.target)), module_);
  });
  caller.finished(request.code, std::chrono::nanoseconds(request.total_ns), std::chrono::nanoseconds(request.reply_ns));
  if (recorder_ == nullptr) return;
  const ipc::Stages& s = request.stages;
  flight::Recorder::Entry entry;
  entry.side = flight::Side::made;
  entry.method = recorder_->name(method);
  entry.peer = recorder_->name(request.target);
  entry.code = request.code;
  entry.started_ns = request.started_ns;
  entry.total_ns = request.total_ns;
  entry.trace = request.trace ? &*request.trace : nullptr;
  entry.parent = request.parent;
  entry.stages_known = request.answered;
  entry.stages = {request.send_ns, s.queue_ns, s.handler_ns, s.persist_ns, s.backend_ns, s.other_ns, request.reply_ns};
  entry.request_bytes = request.request_bytes;
  entry.response_bytes = request.response_bytes;
  recorder_->add(entry);
}

void RpcInstruments::set_load(std::uint64_t in_flight, std::uint64_t queued, std::uint64_t queue_capacity) {
  in_flight_.set(static_cast<double>(in_flight));
  queued_.set(static_cast<double>(queued));
  capacity_.set(static_cast<double>(queue_capacity));
}

}  // namespace status::metrics
