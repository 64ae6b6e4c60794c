#include "tests/unit/chain/mainnet.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "services/chain/ethereum/header.h"

namespace status::chain::test {
namespace {

constexpr std::chrono::seconds kPatience{60};

Value without_transactions(Value block) {
  block.set("transactions", Value::Array{});
  return block;
}

}  // namespace

Value rehashed(Value block) {
  const Result<Header> header = read_header(block);
  if (header) return block;
  // The right one is what is said against the wrong one.
  const std::string& problem = header.error().message;
  block.set("hash", problem.substr(problem.rfind("0x")));
  return block;
}

Value block_of_now(std::chrono::seconds ahead) {
  Value block = vector("proof_block");
  block.set("timestamp", quantity(static_cast<std::uint64_t>(SystemClock().unix_ms() / 1'000 + ahead.count())));
  return rehashed(std::move(block));
}

Mainnet::Mainnet(Value block, const std::string& certificate)
    : block_(without_transactions(std::move(block))),
      server_([this](const std::string& method, const Value::Array& params) { return answer(method, params); },
              certificate) {}

void Mainnet::lie(const std::string& method, std::function<void(Value&)> lie) {
  const std::lock_guard lock(mutex_);
  lies_[method] = std::move(lie);
}

Result<Value> Mainnet::answer(const std::string& method, const Value::Array& params) {
  Value value;
  if (method == "eth_chainId") value = "0x1";
  if (method == "eth_getBlockByNumber") {
    const std::string wanted = *params.front().as_string();
    if (wanted == "latest" || wanted == block_.string_or("number", "")) value = block_;
  }
  if (method == "eth_getBlockByHash" && params.front() == *block_.find("hash")) value = block_;
  if (method == "eth_getProof") {
    value = proof_;
    if (params[1].as_array()->empty()) value.set("storageProof", Value::Array{});
  }
  if (method == "eth_getBalance") value = kWethBalance;
  if (method == "eth_call") value = "0x01";
  const std::lock_guard lock(mutex_);
  if (const auto found = lies_.find(method); found != lies_.end()) found->second(value);
  return value;
}

void Heard::on_head(const Head& head, bool) {
  const std::lock_guard lock(mutex_);
  heads_.push_back(head);
  heard_.notify_all();
}

void Heard::on_readiness(Readiness readiness, const std::string&) {
  const std::lock_guard lock(mutex_);
  readiness_.push_back(readiness);
  heard_.notify_all();
}

void Heard::on_notice(const std::string& text) {
  const std::lock_guard lock(mutex_);
  notices_.push_back(text);
  heard_.notify_all();
}

template <class Is>
void Heard::wait(Is is, const char* what) {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(heard_.wait_for(lock, kPatience, is)) << what;
}

Head Heard::head() {
  wait([this] { return !heads_.empty(); }, "a newest block");
  const std::lock_guard lock(mutex_);
  return heads_.empty() ? Head() : heads_.back();
}

Readiness Heard::readiness() {
  wait([this] { return !readiness_.empty(); }, "readiness");
  const std::lock_guard lock(mutex_);
  return readiness_.empty() ? Readiness::connecting : readiness_.back();
}

std::string Heard::notice_with(const std::string& text) {
  std::string found;
  const auto has = [&] {
    const auto at = std::find_if(notices_.begin(), notices_.end(),
                                 [&](const std::string& notice) { return notice.find(text) != std::string::npos; });
    if (at != notices_.end()) found = *at;
    return at != notices_.end();
  };
  wait(has, text.c_str());
  return found;
}

RunningBackend::RunningBackend(const std::vector<std::string>& endpoints, EndpointMode mode,
                               const std::function<void(NetworkSettings&)>& change) {
  NetworkSettings settings;
  settings.endpoints = endpoints;
  settings.poll_ms = 20;
  settings.attempt_ms = 10'000;
  if (change) change(settings);
  Result<Network> network = check(settings);
  if (!network) throw std::runtime_error(network.error().describe());
  backend_ = std::make_unique<EndpointBackend>(std::move(*network), mode, thread_);
  backend_->start(heard_);
}

Result<Answered<U256>> RunningBackend::balance(BlockId block) {
  return get<Answered<U256>>([&](Backend& backend, MonotonicTime deadline, Done<Answered<U256>> done) {
    backend.balance(kWeth, block, deadline, std::move(done));
  });
}

BackendStatus RunningBackend::status() {
  return get<BackendStatus>(
             [](Backend& backend, MonotonicTime, Done<BackendStatus> done) { backend.status(std::move(done)); })
      .value();
}

EndpointInfo RunningBackend::endpoint(const std::string& name) {
  for (const EndpointInfo& info : status().endpoints) {
    if (info.name == name) return info;
  }
  ADD_FAILURE() << "no endpoint " << name;
  return {};
}

}  // namespace status::chain::test
