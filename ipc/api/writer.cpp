// Struct → Value, Value → MessagePack.
#include "ipc/api/convert.h"
#include "ipc/api/text_check.h"
#include "ipc/base/codec.h"
#include "ipc/base/words.h"

namespace status::api {
namespace {

Value write(const TypeInfo& type, const void* data) {
  switch (type.kind) {
    case Kind::boolean:
      return *static_cast<const bool*>(data);
    case Kind::int32:
      return *static_cast<const std::int32_t*>(data);
    case Kind::int64:
      return *static_cast<const std::int64_t*>(data);
    case Kind::uint32:
      return *static_cast<const std::uint32_t*>(data);
    case Kind::uint64:
      return *static_cast<const std::uint64_t*>(data);
    case Kind::number:
      return *static_cast<const double*>(data);
    case Kind::string:
      return *static_cast<const std::string*>(data);
    case Kind::bytes:
      return *static_cast<const Bytes*>(data);
    case Kind::hex:
      return static_cast<const HexBytes*>(data)->bytes;
    case Kind::any:
      return *static_cast<const Value*>(data);
    case Kind::list: {
      Value::Array items;
      const std::size_t count = type.size(data);
      items.reserve(count);
      for (std::size_t i = 0; i < count; ++i) items.push_back(write(*type.item, type.at(data, i)));
      return items;
    }
    case Kind::optional: {
      const void* inside = type.get(data);
      return inside == nullptr ? Value() : write(*type.item, inside);
    }
    case Kind::object:
      return to_value(type.table(), data);
  }
  return {};
}

}  // namespace

Value to_value(const Table& table, const void* object) {
  Value::Map out;
  out.reserve(table.fields().size());
  for (const FieldInfo& field : table.fields()) {
    Value value = write(*field.type, field.in(object));
    if (value.is_null() && !field.required()) continue;
    out.emplace_back(field.name, std::move(value));
  }
  return out;
}

Result<Bytes> encode(const Table& table, const void* object) {
  const Value value = to_value(table, object);
  const std::optional<std::string> bad = find_bad_text(value, "");
  if (bad) return fail(Code::internal, "ipc.invalid_text", in_quotes(*bad) + " is not valid UTF-8");
  return encode_msgpack(value);
}

}  // namespace status::api
