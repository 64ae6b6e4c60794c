// JSON lines on the gateway's log pipe, in the form that all modules use. Any thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "ipc/base/value.h"

namespace status::gateway {

class Log {
 public:
  using Fields = std::initializer_list<std::pair<std::string, Value>>;

  // `fd` -1: says nothing.
  Log(std::uint64_t generation, int fd) : generation_(generation), fd_(fd) {}

  void info(std::string_view message, Fields fields = {}) const { write("info", message, fields); }
  void warn(std::string_view message, Fields fields = {}) const { write("warn", message, fields); }
  void error(std::string_view message, Fields fields = {}) const { write("error", message, fields); }

 private:
  void write(std::string_view level, std::string_view message, Fields fields) const;

  std::uint64_t generation_;
  int fd_;
};

}  // namespace status::gateway
