#include "tests/chain/chain_node.h"

#include "ipc/base/codec.h"
#include "tests/support/patience.h"

namespace status::test {

HexBytes hex(const std::string& text) { return {from_hex(text).value()}; }

void ChainNode::start(const std::vector<std::string>& endpoints, const std::vector<std::string>& more) {
  Value::Array urls(endpoints.begin(), endpoints.end());
  std::vector<std::string> settings = {"modules=[\"chain\"]", "chain.network=anvil", "chain.poll_ms=20",
                                       "chain.confirmations=3", "chain.endpoints=" + to_json(Value(std::move(urls)))};
  settings.insert(settings.end(), more.begin(), more.end());
  node_ = std::make_unique<ProcessNode>(NodeOptions{.settings = settings, .arguments = {}});
  const Status started = node_->start();
  ASSERT_TRUE(started) << started.error().describe();
  ASSERT_TRUE(event("head", "network", "anvil")) << node_->report();
}

void ChainNode::catch_up() {
  const std::string number = *anvil_.rpc("eth_blockNumber").as_string();
  const auto height = std::stoull(number, nullptr, 16);
  const auto reached = [height](const EventLog::Event& event) {
    const Value* const head = event.data.find("head");
    return event.topic == "chain.head" && head != nullptr && head->uint_or("number", 0) >= height;
  };
  ASSERT_TRUE(node_->events().wait_for(reached, kPatience)) << number;
}

chain::Balance::Request ChainNode::of(const std::string& address) const {
  chain::Balance::Request request;
  request.address = hex(address);
  return request;
}

Result<chain::CallContract::Reply> ChainNode::ask(const std::string& contract, const std::string& data) {
  chain::CallContract::Request request;
  request.to = hex(contract);
  request.data = hex(data);
  return call<chain::CallContract>(request);
}

std::optional<EventLog::Event> ChainNode::event(const std::string& name, const std::string& key, const Value& value,
                                                std::size_t from) {
  const auto matches = [&](const EventLog::Event& event) {
    const Value* const member = event.data.find(key);
    return event.topic == "chain." + name && member != nullptr && *member == value;
  };
  return node_->events().wait_for(matches, kPatience, from);
}

}  // namespace status::test
