// Value → struct, with errors that name the key.
#include <algorithm>
#include <bitset>
#include <cmath>
#include <sstream>

#include "ipc/api/convert.h"
#include "ipc/api/key_path.h"
#include "ipc/api/text_check.h"
#include "ipc/base/codec.h"
#include "ipc/base/words.h"

namespace status::api {
namespace {

// Where the reader is, as a chain through the stack; turned into text only for an error.
struct Place {
  const Place* parent = nullptr;
  const std::string* key = nullptr;  // null: an item of a list
  std::size_t index = 0;

  std::string text() const {
    if (parent == nullptr) return {};
    return key == nullptr ? item_path(parent->text(), index) : key_path(parent->text(), *key);
  }
};

std::string_view expected(Kind kind) {
  switch (kind) {
    case Kind::boolean:
      return "a boolean";
    case Kind::int32:
    case Kind::int64:
    case Kind::uint32:
    case Kind::uint64:
      return "an integer";
    case Kind::number:
      return "a number";
    case Kind::string:
      return "a string";
    case Kind::bytes:
    case Kind::hex:
      return "binary";
    case Kind::list:
      return "an array";
    default:
      return "a map";
  }
}

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "`" : ", `") + word + "`";
  return out;
}

std::string number_text(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

class Reader {
 public:
  explicit Reader(Mode mode) : strict_(mode == Mode::strict) {}

  Status read_object(const Table& table, const Value& value, const Place& place, void* object) const;

 private:
  Status read(const FieldInfo& field, const TypeInfo& type, const Value& value, const Place& place, void* out) const;
  Status read_integer(const FieldInfo& field, Kind kind, const Value& value, const Place& place, void* out) const;
  Status read_number(const FieldInfo& field, const Value& value, const Place& place, double& out) const;
  Status read_string(const FieldInfo& field, const Value& value, const Place& place, std::string& out) const;
  Status read_bytes(const FieldInfo& field, const Value& value, const Place& place, Bytes& out) const;
  Status read_list(const FieldInfo& field, const TypeInfo& type, const Value& value, const Place& place,
                   void* out) const;
  Status check_length(const FieldInfo& field, std::size_t size, const Place& place) const;

  Status refuse(const Place& place, const std::string& problem) const {
    const std::string key = place.text();
    return refuse_key(key,
                      (key.empty() ? std::string(strict_ ? "params" : "the result") : in_quotes(key)) + " " + problem);
  }
  Status refuse_key(const std::string& key, std::string message) const {
    Error error = strict_ ? make_error(Code::invalid_argument, "ipc.invalid_params", std::move(message))
                          : make_error(Code::internal, "ipc.invalid_result", std::move(message));
    if (!key.empty()) error.details = Value::map({{"key", key.substr(0, 256)}});
    return fail(std::move(error));
  }
  Status wrong_type(const Place& place, Kind kind, const Value& value) const {
    return refuse(place, "must be " + std::string(expected(kind)) + ", not " + std::string(value.type_name()));
  }
  Status unknown(const Table& table, const Place& place, const std::string& key) const;

  bool strict_;
};

Status Reader::unknown(const Table& table, const Place& place, const std::string& key) const {
  const std::string path = Place{&place, &key}.text();
  const std::vector<std::string> names = table.names();
  const std::string near = nearest_word(key, names);
  std::string hint = ": no keys are known here";
  if (!names.empty()) hint = ": known are " + join(names);
  if (!near.empty()) hint = ": did you mean `" + near + "`?";
  return refuse_key(path, "unknown key " + in_quotes(path) + hint);
}

Status Reader::read_object(const Table& table, const Value& value, const Place& place, void* object) const {
  const Value::Map* entries = value.as_map();
  if (entries == nullptr) return wrong_type(place, Kind::object, value);
  const std::vector<FieldInfo>& fields = table.fields();
  std::bitset<Table::kMaxFields> seen;
  std::size_t next = 0;  // encoders keep the order of declaration, so the field is nearly always the next one
  for (const auto& [key, item] : *entries) {
    const std::size_t index = table.find(key, next);
    if (index == fields.size()) {
      if (strict_) return unknown(table, place, key);
      continue;
    }
    next = index + 1;
    seen.set(index);
    const FieldInfo& field = fields[index];
    Status read_field = read(field, *field.type, item, Place{&place, &field.name}, field.in(object));
    if (!read_field) return read_field;
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!seen[i] && fields[i].required()) return refuse(Place{&place, &fields[i].name}, "is missing");
  }
  return {};
}

Status Reader::read(const FieldInfo& field, const TypeInfo& type, const Value& value, const Place& place,
                    void* out) const {
  switch (type.kind) {
    case Kind::boolean: {
      const bool* flag = value.as_bool();
      if (flag == nullptr) return wrong_type(place, type.kind, value);
      *static_cast<bool*>(out) = *flag;
      return {};
    }
    case Kind::int32:
    case Kind::int64:
    case Kind::uint32:
    case Kind::uint64:
      return read_integer(field, type.kind, value, place, out);
    case Kind::number:
      return read_number(field, value, place, *static_cast<double*>(out));
    case Kind::string:
      return read_string(field, value, place, *static_cast<std::string*>(out));
    case Kind::bytes:
      return read_bytes(field, value, place, *static_cast<Bytes*>(out));
    case Kind::hex:
      return read_bytes(field, value, place, static_cast<HexBytes*>(out)->bytes);
    case Kind::any:
      if (find_bad_text(value, "")) return refuse(place, "holds text that is not valid UTF-8");
      *static_cast<Value*>(out) = value;
      return {};
    case Kind::list:
      return read_list(field, type, value, place, out);
    case Kind::optional:
      if (value.is_null()) return {};
      return read(field, *type.item, value, place, type.emplace(out));
    case Kind::object:
      return read_object(type.table(), value, place, out);
  }
  return {};
}

Status Reader::read_integer(const FieldInfo& field, Kind kind, const Value& value, const Place& place,
                            void* out) const {
  if (!value.is_integer()) return wrong_type(place, kind, value);
  const std::optional<std::int64_t> narrow = value.as_int64();
  const std::optional<std::uint64_t> wide = value.as_uint64();
  const IntegerRange range = strict_ ? field.integers : natural_range(kind);
  if ((narrow && *narrow < range.min) || (wide && *wide > range.max)) {
    return refuse(place, "must be between " + std::to_string(range.min) + " and " + std::to_string(range.max) +
                             ", not " + (narrow ? std::to_string(*narrow) : std::to_string(*wide)));
  }
  if (kind == Kind::int32) *static_cast<std::int32_t*>(out) = static_cast<std::int32_t>(*narrow);
  if (kind == Kind::int64) *static_cast<std::int64_t*>(out) = *narrow;
  if (kind == Kind::uint32) *static_cast<std::uint32_t*>(out) = static_cast<std::uint32_t>(*wide);
  if (kind == Kind::uint64) *static_cast<std::uint64_t*>(out) = *wide;
  return {};
}

Status Reader::read_number(const FieldInfo& field, const Value& value, const Place& place, double& out) const {
  if (const double* number = value.as_double()) {
    out = *number;
  } else if (value.is_integer()) {  // encoders write 1.0 as 1
    const std::optional<std::int64_t> narrow = value.as_int64();
    out = narrow ? static_cast<double>(*narrow) : static_cast<double>(*value.as_uint64());
  } else {
    return wrong_type(place, Kind::number, value);
  }
  if (!strict_) return {};
  if (!std::isfinite(out)) return refuse(place, "must be a finite number");
  if (field.numbers && (out < field.numbers->min || out > field.numbers->max)) {
    return refuse(place, "must be between " + number_text(field.numbers->min) + " and " +
                             number_text(field.numbers->max) + ", not " + number_text(out));
  }
  return {};
}

Status Reader::check_length(const FieldInfo& field, std::size_t size, const Place& place) const {
  if (!strict_ || !field.length || (size >= field.length->min && size <= field.length->max)) return {};
  const auto [min, max] = *field.length;
  const std::string wanted = min == max ? std::to_string(min) : std::to_string(min) + " to " + std::to_string(max);
  return refuse(place, "must have " + wanted + " bytes, not " + std::to_string(size));
}

Status Reader::read_string(const FieldInfo& field, const Value& value, const Place& place, std::string& out) const {
  const std::string* text = value.as_string();
  if (text == nullptr) return wrong_type(place, Kind::string, value);
  const std::optional<std::size_t> count = count_code_points(*text);
  if (!count) return refuse(place, "is not valid UTF-8");
  if (strict_ && field.code_points && (*count < field.code_points->min || *count > field.code_points->max)) {
    return refuse(place, "must have " + std::to_string(field.code_points->min) + " to " +
                             std::to_string(field.code_points->max) + " characters, not " + std::to_string(*count));
  }
  if (strict_ && !field.words.empty() &&
      std::find(field.words.begin(), field.words.end(), *text) == field.words.end()) {
    return refuse(place, "must be one of " + join(field.words) + ", not " + in_quotes(*text));
  }
  out = *text;
  return check_length(field, out.size(), place);
}

Status Reader::read_bytes(const FieldInfo& field, const Value& value, const Place& place, Bytes& out) const {
  const Bytes* bytes = value.as_bytes();
  if (bytes == nullptr) return wrong_type(place, Kind::bytes, value);
  out = *bytes;
  return check_length(field, out.size(), place);
}

Status Reader::read_list(const FieldInfo& field, const TypeInfo& type, const Value& value, const Place& place,
                         void* out) const {
  const Value::Array* items = value.as_array();
  if (items == nullptr) return wrong_type(place, Kind::list, value);
  if (strict_ && items->size() > field.max_items) {
    return refuse(place, "must have at most " + std::to_string(field.max_items) + " entries, not " +
                             std::to_string(items->size()));
  }
  type.clear(out);
  type.reserve(out, items->size());
  for (std::size_t i = 0; i < items->size(); ++i) {
    Status item = read(field, *type.item, (*items)[i], Place{&place, nullptr, i}, type.append(out));
    if (!item) return item;
  }
  return {};
}

}  // namespace

Status from_value(const Table& table, const Value& value, Mode mode, void* object) {
  return Reader(mode).read_object(table, value, Place{}, object);
}

Status decode(const Table& table, ByteView msgpack, Mode mode, void* object) {
  const Result<Value> value = decode_msgpack(msgpack);
  if (!value) return fail(value.error());
  return from_value(table, *value, mode, object);
}

}  // namespace status::api
