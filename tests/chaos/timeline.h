// Lines with the time since the start, so that a person can see what happened when.
#pragma once

#include <chrono>
#include <cstdio>
#include <string>

namespace status::chaos {

class Timeline {
 public:
  void say(const std::string& text) const {
    std::printf("%9.3f s  %s\n", seconds(), text.c_str()), std::fflush(stdout);
  }
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace status::chaos
