// A place where statusd finds programs other than those of this build: it looks beside itself. One thread.
#pragma once

#include <map>
#include <string>

#include "tests/support/temp_dir.h"

namespace status::test {

// All programs of this build, each started with these variables more in its environment. statusd itself hands no
// variable on.
class Installation {
 public:
  explicit Installation(const std::map<std::string, std::string>& variables);

  std::string statusd() const { return place_ / "statusd"; }

 private:
  TempDir place_;
};

}  // namespace status::test
