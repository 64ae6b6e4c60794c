// Builds a Value from the events of a streaming parser and enforces DecodeLimits before it allocates. Private to the
// codecs. One thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/codec.h"
#include "ipc/base/result.h"
#include "ipc/base/value.h"

namespace status {

// Every event returns false once the document is refused; the parser then stops and take() has the error.
class ValueBuilder {
 public:
  explicit ValueBuilder(const DecodeLimits& limits) : limits_(limits) {}

  // `announced` is the length that the document claims (0: unknown). It is compared with the limit, and never believed
  // beyond a small reservation.
  bool open_map(std::size_t announced);
  bool open_array(std::size_t announced);
  bool close();
  bool key(std::string_view name);
  bool scalar(Value value);

  bool refuse_encoding(std::string message);
  bool refuse_limit(std::string message);
  bool refused() const { return refused_; }

  Result<Value> take();

 private:
  Value* append(Value value);
  bool open(Value container, std::size_t announced);

  DecodeLimits limits_;
  Value root_;
  std::vector<Value*> open_;  // a parent never grows while its child is open, so the pointers stay valid
  std::string key_;
  std::size_t values_ = 0;
  bool refused_ = false;
  Error error_;
};

}  // namespace status
