#include "ipc/api/fields.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace status::api {
namespace {

bool is_integer(Kind kind) {
  return kind == Kind::int32 || kind == Kind::int64 || kind == Kind::uint32 || kind == Kind::uint64;
}

bool is_list(const TypeInfo& type) {
  return type.kind == Kind::list || (type.kind == Kind::optional && is_list(*type.item));
}

bool is_word(std::string_view name) {
  const auto ok = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), ok);
}

}  // namespace

IntegerRange natural_range(Kind kind) {
  constexpr auto kMax64 = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  switch (kind) {
    case Kind::int32:
      return {std::numeric_limits<std::int32_t>::min(),
              static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max())};
    case Kind::uint32:
      return {0, std::numeric_limits<std::uint32_t>::max()};
    case Kind::int64:
      return {std::numeric_limits<std::int64_t>::min(), kMax64};
    case Kind::uint64:
      return {0, std::numeric_limits<std::uint64_t>::max()};
    default:
      return {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::uint64_t>::max()};
  }
}

void FieldDeclaration::require(bool condition, std::string_view problem) const {
  if (!condition) throw std::logic_error("field `" + field_.name + "` " + std::string(problem));
}

FieldDeclaration& FieldDeclaration::length(std::size_t min, std::size_t max) {
  require(leaf() == Kind::string || leaf() == Kind::bytes || leaf() == Kind::hex,
          "has a length(), but is no string or bytes");
  require(min <= max, "has an empty length()");
  field_.length = {min, max};
  return *this;
}

FieldDeclaration& FieldDeclaration::code_points(std::size_t min, std::size_t max) {
  require(leaf() == Kind::string, "has code_points(), but is no string");
  require(min <= max, "has empty code_points()");
  field_.code_points = {min, max};
  return *this;
}

FieldDeclaration& FieldDeclaration::integer_range(IntegerRange range) {
  require(is_integer(leaf()), "has a range() of integers, but is no integer");
  const IntegerRange natural = natural_range(leaf());
  require(range.min >= natural.min && range.max <= natural.max, "has a range() wider than its type");
  require(std::cmp_less_equal(range.min, range.max), "has an empty range()");
  field_.integers = range;
  field_.has_integer_range = true;
  return *this;
}

FieldDeclaration& FieldDeclaration::number_range(double min, double max) {
  require(leaf() == Kind::number, "has a range() of doubles, but is no double");
  require(min <= max, "has an empty range()");
  field_.numbers = {min, max};
  return *this;
}

FieldDeclaration& FieldDeclaration::one_of(std::vector<std::string> words) {
  require(leaf() == Kind::string, "has one_of(), but is no string");
  require(!words.empty(), "has an empty one_of()");
  field_.words = std::move(words);
  return *this;
}

FieldDeclaration& FieldDeclaration::max_items(std::size_t count) {
  require(is_list(*field_.type), "has max_items(), but is no list");
  require(count <= field_.max_items, "has max_items() beyond the wire's 65,536");
  field_.max_items = count;
  return *this;
}

FieldDeclaration& FieldDeclaration::optional() {
  field_.may_be_absent = true;
  return *this;
}

FieldDeclaration& FieldDeclaration::big() {
  require(leaf() == Kind::int64 || leaf() == Kind::uint64, "is big(), but no 64-bit integer");
  field_.big = true;
  return *this;
}

FieldDeclaration Table::add(std::string_view name, std::string_view doc, const TypeInfo& type, std::size_t offset) {
  FieldInfo field;
  field.name = name;
  field.doc = doc;
  field.type = &type;
  field.offset = offset;
  field.integers = natural_range(type.leaf().kind);
  const auto refuse = [&](const char* problem) { throw std::logic_error("field `" + field.name + "` " + problem); };
  if (!is_word(name)) refuse("is not a snake_case word");
  if (doc.empty()) refuse("has no text that says what it means");
  if (find(name) != fields_.size()) refuse("is declared twice");
  if (fields_.size() == kMaxFields) refuse("is one more than a struct may have");
  return FieldDeclaration(fields_.emplace_back(std::move(field)));
}

std::size_t Table::find(std::string_view name, std::size_t hint) const {
  if (hint < fields_.size() && fields_[hint].name == name) return hint;
  const auto found =
      std::find_if(fields_.begin(), fields_.end(), [&](const auto& field) { return field.name == name; });
  return static_cast<std::size_t>(found - fields_.begin());
}

std::vector<std::string> Table::names() const {
  std::vector<std::string> out;
  for (const FieldInfo& field : fields_) out.push_back(field.name);
  return out;
}

}  // namespace status::api
