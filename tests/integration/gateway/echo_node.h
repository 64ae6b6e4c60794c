// A node of real processes with the modules echo_a and echo_b (tests/fixtures/echo_module.cpp), and nothing else.
#pragma once

#include <string>

#include "tests/support/process_node.h"

namespace status::test {

class EchoNode {
 public:
  // Restarts are neither delayed nor counted: these tests kill more often than the default policy allows.
  explicit EchoNode(std::vector<std::string> settings = {});

  Status start() { return node_.start(); }
  ProcessNode& operator*() { return node_; }
  ProcessNode* operator->() { return &node_; }

 private:
  ProcessNode node_;
};

}  // namespace status::test
