// The points of one node, one after the other: armed, passed, died of, back, and a message through. A thread of its
// own.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "tests/chaos/timeline.h"
#include "tests/integration/failpoints/failing_node.h"
#include "tests/integration/failpoints/repertoire.h"

namespace status::failpoints {

class Lane {
 public:
  Lane(FailingNode& node, Repertoire& repertoire, std::vector<Point> points, const chaos::Timeline& timeline);

  ~Lane();  // finish()
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // Once all of them are done, or one has not come to pass: what went wrong, a text each.
  const std::vector<std::string>& finish();

 private:
  void run();
  // Empty: it went as it should.
  std::string die_at(const Point& point);

  FailingNode& node_;
  Repertoire& repertoire_;
  const std::vector<Point> points_;
  const chaos::Timeline& timeline_;
  std::vector<std::string> troubles_;
  std::thread thread_;
};

}  // namespace status::failpoints
