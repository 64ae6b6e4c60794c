// A node of real processes whose modules die at failpoints on request (tests/fixtures/failing). One thread, but for
// what is armed and passed.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "tests/integration/failpoints/point_list.h"
#include "tests/support/process_node.h"

namespace status::failpoints {

class FailingNode {
 public:
  explicit FailingNode(std::string name);

  const std::string& name() const { return name_; }
  test::ProcessNode& node() { return node_; }

  // The module dies when it next passes the point, once. Before the first start, too.
  void arm(const std::string& module, const std::string& point);
  // It has not died of it yet.
  bool armed(const std::string& module, const std::string& point) const;
  // How many processes have died here of what was armed, by their own report, and how many deaths of this kind statusd
  // has seen.
  std::size_t killed() const;
  std::size_t deaths() const;

  // What all incarnations have passed since the start or forget_passed().
  std::set<std::string> passed(const std::string& module) const;
  void forget_passed();

 private:
  std::string folder_of(const std::string& module) const;

  const std::string name_;
  test::ProcessNode node_;
};

}  // namespace status::failpoints
