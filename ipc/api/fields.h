// How a struct says what its fields are: name, meaning, limits. From this one declaration come the MessagePack mapping,
// the JSON mapping and the OpenRPC document.
//
//   struct Request {
//     std::string conversation;
//     static void describe(api::Fields<Request>& f) {
//       f.add("conversation", &Request::conversation, "Id of the conversation.").length(1, 64);
//     }
//   };
//
// Why a run-time table filled by a function: Boost 1.74 has no Describe, and C++20 has no reflection. Macros (as in
// Hana or Fusion) hide the declaration from readers and tools and have no place for limits. Generated code makes a
// schema file the specification, and needs a generator in the build. Reflection of aggregates through structured
// bindings knows the order of members, but neither their names (without compiler tricks) nor their meaning. Here the
// declaration is plain C++, a wrong member is a compile error, templates only record an offset and a constant type
// description, and every conversion is an ordinary function compiled once.
//
// Tables are built once per struct type, on first use, and immutable afterwards: any thread. A wrong declaration (a
// duplicate name, a limit that the type cannot have) throws std::logic_error at that moment, which no test of the
// interface can miss.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "ipc/api/types.h"

namespace status::api {

struct SizeRange {
  std::size_t min;
  std::size_t max;
};
struct NumberRange {
  double min;
  double max;
};

// One field as the conversions see it. Ranges include both ends.
struct FieldInfo {
  std::string name;
  std::string doc;
  const TypeInfo* type = nullptr;
  std::size_t offset = 0;
  bool may_be_absent = false;  // the member keeps its default; std::optional members need no mark
  bool big = false;
  bool has_integer_range = false;
  IntegerRange integers{};  // the type's own range unless declared narrower
  std::optional<NumberRange> numbers;
  std::optional<SizeRange> length;
  std::optional<SizeRange> code_points;
  std::vector<std::string> words;  // empty: any
  std::size_t max_items = 65'536;  // the wire's own limit unless declared lower

  bool required() const { return !may_be_absent && type->kind != Kind::optional; }
  const void* in(const void* object) const { return static_cast<const std::byte*>(object) + offset; }
  void* in(void* object) const { return static_cast<std::byte*>(object) + offset; }
};

// What Fields::add returns. On a list, length, code_points, range and one_of speak of the items.
class FieldDeclaration {
 public:
  explicit FieldDeclaration(FieldInfo& field) : field_(field) {}

  // Bytes of a string, of Bytes or of HexBytes.
  FieldDeclaration& length(std::size_t min, std::size_t max);
  // Unicode code points of a string.
  FieldDeclaration& code_points(std::size_t min, std::size_t max);
  // Integers: min fits int64, max is not negative. Doubles: both ends written as doubles.
  template <class A, class B>
  FieldDeclaration& range(A min, B max) {
    if constexpr (std::is_floating_point_v<A>) {
      return number_range(min, static_cast<double>(max));
    } else {
      require(std::in_range<std::int64_t>(min) && std::in_range<std::uint64_t>(max), "has a range() out of bounds");
      return integer_range({static_cast<std::int64_t>(min), static_cast<std::uint64_t>(max)});
    }
  }
  // The words that a string may be. The set may grow within a major version.
  FieldDeclaration& one_of(std::vector<std::string> words);
  FieldDeclaration& max_items(std::size_t count);
  // May be absent: the member keeps its default initializer.
  FieldDeclaration& optional();
  // A 64-bit integer that may pass 2^53: a decimal string in JSON.
  FieldDeclaration& big();

 private:
  FieldDeclaration& integer_range(IntegerRange range);
  FieldDeclaration& number_range(double min, double max);
  Kind leaf() const { return field_.type->leaf().kind; }
  void require(bool condition, std::string_view problem) const;

  FieldInfo& field_;
};

// The fields of one struct type, in the order of declaration.
class Table {
 public:
  FieldDeclaration add(std::string_view name, std::string_view doc, const TypeInfo& type, std::size_t offset);

  const std::vector<FieldInfo>& fields() const { return fields_; }
  // Position of the field, looked for at `hint` first; fields().size() when there is none.
  std::size_t find(std::string_view name, std::size_t hint = 0) const;
  std::vector<std::string> names() const;
  // A default-constructed object as a map: what absent fields mean.
  Value (*defaults)() = nullptr;

  static constexpr std::size_t kMaxFields = 128;

 private:
  std::vector<FieldInfo> fields_;
};

template <class T>
class Fields {
 public:
  // Base: T or a base of it that the member comes from.
  template <class Member, class Base>
  requires std::is_base_of_v<Base, T> FieldDeclaration add(std::string_view name, Member Base::*member,
                                                           std::string_view doc) {
    const auto* object = reinterpret_cast<const std::byte*>(&probe_);
    const auto* place = reinterpret_cast<const std::byte*>(&(probe_.*member));
    return table_.add(name, doc, type_of<Member>(), static_cast<std::size_t>(place - object));
  }
  Table take() { return std::move(table_); }

 private:
  T probe_{};
  Table table_;
};

Value to_value(const Table& table, const void* object);

template <class T>
const Table& table_of() {
  static const Table table = [] {
    Fields<T> fields;
    T::describe(fields);
    Table built = fields.take();
    built.defaults = [] {
      const T object{};
      return to_value(table_of<T>(), &object);
    };
    return built;
  }();
  return table;
}

// For requests and replies without fields.
struct Empty {
  static void describe(Fields<Empty>&) {}
};

}  // namespace status::api
