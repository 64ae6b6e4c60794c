#include "ipc/base/metric_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace status {
namespace {

TEST(MetricPattern, IsANameOrItsBeginning) {
  for (const char* good : {"*", "a", "libp2p_*", "libp2p_peers", "job:x_total", "_x9*"}) {
    EXPECT_TRUE(is_metric_pattern(good)) << good;
  }
  for (const char* bad : {"", "**", "*_total", "a*b", "9a", "a-b", "a b", "a\n", "ä*"}) {
    EXPECT_FALSE(is_metric_pattern(bad)) << bad;
  }
  EXPECT_FALSE(is_metric_pattern(std::string(201, 'a')));
}

TEST(MetricPattern, Matches) {
  EXPECT_TRUE(matches_metric("libp2p_*", "libp2p_peers"));
  EXPECT_TRUE(matches_metric("libp2p_*", "libp2p_"));
  EXPECT_TRUE(matches_metric("*", "x"));
  EXPECT_TRUE(matches_metric("x", "x"));
  EXPECT_FALSE(matches_metric("libp2p_*", "libp2q_peers"));
  EXPECT_FALSE(matches_metric("x", "xy"));
}

TEST(MetricPattern, NamesOfOurOwn) {
  EXPECT_TRUE(is_own_metric("status_rpc_requests_total"));
  EXPECT_TRUE(is_own_metric("process_threads"));
  EXPECT_FALSE(is_own_metric("statusbar_x"));
  EXPECT_FALSE(is_own_metric("libp2p_process_x"));
}

}  // namespace
}  // namespace status
