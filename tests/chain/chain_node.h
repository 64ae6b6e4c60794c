// A node whose chain module reads from anvil, and a front end of it.
#pragma once

#include <gtest/gtest.h>

#include "services/chain/api.h"
#include "tests/chain/anvil.h"
#include "tests/support/process_node.h"

namespace status::test {

class ChainNode : public testing::Test {
 protected:
  // Starts a node with these endpoints; `more` settings of it.
  void start(const std::vector<std::string>& endpoints, const std::vector<std::string>& more = {});

  template <class M>
  Result<typename M::Reply> call(const typename M::Request& request) {
    return node_->front().call<M>("chain", request);
  }
  // Waits until the newest block is that of the node, or a later one.
  void catch_up();
  chain::Balance::Request of(const std::string& address) const;
  Result<chain::CallContract::Reply> ask(const std::string& contract, const std::string& data);
  // The first event of that name since the start that has it.
  std::optional<EventLog::Event> event(const std::string& name, const std::string& key, const Value& value,
                                       std::size_t from = 0);

  Anvil anvil_;
  std::unique_ptr<ProcessNode> node_;
};

HexBytes hex(const std::string& text);

}  // namespace status::test
