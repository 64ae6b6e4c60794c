// Reads the keys of one JSON object and remembers the first thing that is wrong with it. One thread; private to
// ipc/control.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/value.h"

namespace status::ipc::control {

// A required key that is missing or of another type sets the error and reads as empty; an `_or` key may be absent or
// null.
class FieldReader {
 public:
  FieldReader(const Value& object, std::string_view what) : object_(object), what_(what) {}

  std::string text(std::string_view key) { return take<std::string>(key, true, {}); }
  std::string text_or(std::string_view key) { return take<std::string>(key, false, {}); }
  std::uint64_t number(std::string_view key) { return take<std::uint64_t>(key, true, 0); }
  std::uint64_t number_or(std::string_view key, std::uint64_t fallback = 0) {
    return take<std::uint64_t>(key, false, fallback);
  }
  std::uint32_t number32(std::string_view key);
  std::int64_t signed_or(std::string_view key) { return take<std::int64_t>(key, false, 0); }
  bool flag(std::string_view key) { return take<bool>(key, true, false); }
  bool flag_or(std::string_view key) { return take<bool>(key, false, false); }
  Bytes hex(std::string_view key);     // 0x and hex digits
  Bytes hex_or(std::string_view key);  // the same; absent or null reads as empty
  std::vector<std::string> texts_or(std::string_view key);
  const Value* map_or(std::string_view key);  // null when absent

  void wrong(std::string_view key, std::string_view expected);
  const std::optional<Error>& error() const { return error_; }
  void adopt(const FieldReader& nested) {
    if (!error_) error_ = nested.error_;
  }

 private:
  template <class T>
  T take(std::string_view key, bool required, T fallback);

  const Value& object_;
  std::string what_;
  std::optional<Error> error_;
};

// The text form that hashes, keys and ids have in JSON.
std::string prefixed_hex(ByteView bytes);

}  // namespace status::ipc::control
