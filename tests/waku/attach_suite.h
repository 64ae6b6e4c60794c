// The two running Waku nodes that the attach suite uses: given ones, or two of go-waku that it starts and links.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/temp_dir.h"
#include "tests/waku/go_waku.h"

namespace status::test {

class WakuEnds {
 public:
  // STATUS_ATTACH=URL[,URL]: those nodes, one for each of our ends or one for both.
  testing::AssertionResult start();
  bool given() const { return nodes_.empty(); }

  // Of the first and the second end.
  const std::string& url(std::size_t end) const { return urls_.at(end); }
  GoWaku& node(std::size_t end) { return *nodes_.at(end); }

 private:
  TempDir folder_;
  std::vector<std::unique_ptr<GoWaku>> nodes_;
  std::vector<std::string> urls_;
};

}  // namespace status::test
