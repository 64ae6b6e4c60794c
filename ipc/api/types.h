// What a member of a described struct may be, as data: one constant TypeInfo per C++ type, which the conversions
// (convert.cpp, schema.cpp) switch over. Immutable; any thread.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ipc/base/bytes.h"
#include "ipc/base/value.h"

namespace status::api {

class Table;
template <class T>
class Fields;
template <class T>
const Table& table_of();

// A struct that says what its fields are.
template <class T>
concept Described = requires(Fields<T>& fields) {
  T::describe(fields);
};

enum class Kind : std::uint8_t {
  boolean,
  int32,
  int64,
  uint32,
  uint64,
  number,
  string,
  bytes,     // JSON: padded base64
  hex,       // bytes on the wire, JSON: "0x" and lower-case hex
  any,       // a Value, passed on as it is
  list,      // std::vector
  optional,  // std::optional: absent or null is empty
  object,    // a nested described struct
};

// Beyond the kind, only the members that the kind needs are set.
struct TypeInfo {
  Kind kind = Kind::any;
  const TypeInfo* item = nullptr;     // list, optional: what is inside
  const Table& (*table)() = nullptr;  // object; a function, because a struct may contain itself in a list
  std::size_t (*size)(const void* list) = nullptr;
  const void* (*at)(const void* list, std::size_t index) = nullptr;
  void* (*append)(void* list) = nullptr;  // a default-constructed item
  void (*clear)(void* list) = nullptr;
  void (*reserve)(void* list, std::size_t count) = nullptr;
  const void* (*get)(const void* optional) = nullptr;  // null when empty
  void* (*emplace)(void* optional) = nullptr;

  // The type behind optionals and lists: what limits speak of.
  const TypeInfo& leaf() const { return item == nullptr ? *this : item->leaf(); }
};

struct IntegerRange {
  std::int64_t min;
  std::uint64_t max;
};
// What the C++ type can hold; all of 64 bits for kinds that are no integers.
IntegerRange natural_range(Kind kind);

namespace detail {

template <class T>
struct TypeOf {
  static_assert(Described<T>,
                "a field must be bool, (u)int32_t, (u)int64_t, double, string, Bytes, HexBytes, Value, an optional or "
                "vector of these, or a struct with describe()");
  static constexpr TypeInfo make() { return {.kind = Kind::object, .table = &table_of<T>}; }
};

template <class T>
inline constexpr TypeInfo kType = TypeOf<T>::make();

template <Kind kind>
struct Plain {
  static constexpr TypeInfo make() { return {.kind = kind}; }
};
template <>
struct TypeOf<bool> : Plain<Kind::boolean> {};
template <>
struct TypeOf<std::int32_t> : Plain<Kind::int32> {};
template <>
struct TypeOf<std::int64_t> : Plain<Kind::int64> {};
template <>
struct TypeOf<std::uint32_t> : Plain<Kind::uint32> {};
template <>
struct TypeOf<std::uint64_t> : Plain<Kind::uint64> {};
template <>
struct TypeOf<double> : Plain<Kind::number> {};
template <>
struct TypeOf<std::string> : Plain<Kind::string> {};
template <>
struct TypeOf<Bytes> : Plain<Kind::bytes> {};
template <>
struct TypeOf<HexBytes> : Plain<Kind::hex> {};
template <>
struct TypeOf<Value> : Plain<Kind::any> {};

template <class T>
requires(!std::same_as<T, bool>)  // vector<bool> has no elements to point at
    struct TypeOf<std::vector<T>> {
  using List = std::vector<T>;
  static constexpr TypeInfo make() {
    return {.kind = Kind::list,
            .item = &kType<T>,
            .size = [](const void* list) { return static_cast<const List*>(list)->size(); },
            .at = [](const void* list, std::size_t index) -> const void* {
              return &(*static_cast<const List*>(list))[index];
            },
            .append = [](void* list) -> void* { return &static_cast<List*>(list)->emplace_back(); },
            .clear = [](void* list) { static_cast<List*>(list)->clear(); },
            .reserve = [](void* list, std::size_t count) { static_cast<List*>(list)->reserve(count); }};
  }
};

template <class T>
struct TypeOf<std::optional<T>> {
  using Optional = std::optional<T>;
  static constexpr TypeInfo make() {
    return {.kind = Kind::optional,
            .item = &kType<T>,
            .get = [](const void* optional) -> const void* {
              const auto& value = *static_cast<const Optional*>(optional);
              return value ? &*value : nullptr;
            },
            .emplace = [](void* optional) -> void* { return &static_cast<Optional*>(optional)->emplace(); }};
  }
};

}  // namespace detail

template <class T>
constexpr const TypeInfo& type_of() {
  return detail::kType<T>;
}

}  // namespace status::api
