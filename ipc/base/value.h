// A dynamically typed value: what MessagePack, JSON and TOML have in common. The typed layer (ipc/api) maps structs to
// it, and the codecs map it to bytes, so that the heavy parser headers stay in three .cpp files.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ipc/base/bytes.h"

namespace status {

class Value {
 public:
  using Array = std::vector<Value>;
  // Keeps the order of insertion; maps here have a handful of keys, so a look-up is a scan.
  using Map = std::vector<std::pair<std::string, Value>>;

  Value() = default;  // null
  Value(std::nullptr_t) {}
  Value(bool value) : data_(value) {}
  Value(int value) : data_(std::int64_t{value}) {}
  Value(std::int64_t value) : data_(value) {}
  Value(std::uint32_t value) : data_(std::uint64_t{value}) {}
  Value(std::uint64_t value) : data_(value) {}
  Value(double value) : data_(value) {}
  Value(const char* text) : data_(std::string(text)) {}
  Value(std::string_view text) : data_(std::string(text)) {}
  Value(std::string text) : data_(std::move(text)) {}
  Value(Bytes bytes) : data_(std::move(bytes)) {}
  Value(Array items) : data_(std::move(items)) {}
  Value(Map entries) : data_(std::move(entries)) {}
  static Value map(std::initializer_list<std::pair<std::string, Value>> entries) { return Value(Map(entries)); }
  static Value array(std::initializer_list<Value> items) { return Value(Array(items)); }

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  bool is_integer() const {
    return std::holds_alternative<std::int64_t>(data_) || std::holds_alternative<std::uint64_t>(data_);
  }

  // Null when the value is of another type.
  const bool* as_bool() const { return std::get_if<bool>(&data_); }
  const double* as_double() const { return std::get_if<double>(&data_); }
  const std::string* as_string() const { return std::get_if<std::string>(&data_); }
  const Bytes* as_bytes() const { return std::get_if<Bytes>(&data_); }
  const Array* as_array() const { return std::get_if<Array>(&data_); }
  const Map* as_map() const { return std::get_if<Map>(&data_); }
  std::string* as_string() { return std::get_if<std::string>(&data_); }
  Bytes* as_bytes() { return std::get_if<Bytes>(&data_); }
  Array* as_array() { return std::get_if<Array>(&data_); }
  Map* as_map() { return std::get_if<Map>(&data_); }
  // Integers convert between the two signs where the value fits.
  std::optional<std::int64_t> as_int64() const;
  std::optional<std::uint64_t> as_uint64() const;

  // The entry of a map; null when this is no map or has no such key.
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  // Makes this a map if it is null; replaces the entry.
  Value& set(std::string_view key, Value value);

  // Shorthands that fall back: for reading trusted, optional settings and for tests.
  std::string string_or(std::string_view key, std::string_view fallback) const;
  std::int64_t int_or(std::string_view key, std::int64_t fallback) const;
  std::uint64_t uint_or(std::string_view key, std::uint64_t fallback) const;
  bool bool_or(std::string_view key, bool fallback) const;
  double double_or(std::string_view key, double fallback) const;  // of an integer, too

  // "map", "string", "integer" …, for error messages.
  std::string_view type_name() const;

  // 1-based line in the file that the value came from; 0 when it came from elsewhere. Only the TOML reader sets it.
  int line() const { return line_; }
  void set_line(int line) { line_ = line; }

  // Integers compare by value, whatever their sign type.
  friend bool operator==(const Value& a, const Value& b);

  using Data = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, Bytes, Array, Map>;
  const Data& data() const { return data_; }

 private:
  Data data_;
  int line_ = 0;
};

}  // namespace status
