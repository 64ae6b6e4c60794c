#include <array>
#include <bit>
#include <msgpack.hpp>

#include "ipc/base/codec.h"
#include "ipc/base/value_builder.h"

namespace status {
namespace {

// Feeds the builder; a map's keys must be strings. Extension types are not part of the wire.
class Visitor : public msgpack::null_visitor {
 public:
  Visitor(ValueBuilder& builder, std::size_t document_size) : builder_(builder), document_size_(document_size) {}

  bool visit_nil() { return add(nullptr); }
  bool visit_boolean(bool value) { return add(value); }
  bool visit_positive_integer(std::uint64_t value) { return add(value); }
  bool visit_negative_integer(std::int64_t value) { return add(value); }
  bool visit_float32(float value) { return add(static_cast<double>(value)); }
  bool visit_float64(double value) { return add(value); }
  bool visit_str(const char* data, std::uint32_t size) {
    // The parser passes no pointer for an empty string.
    const std::string_view text = size == 0 ? std::string_view() : std::string_view(data, size);
    if (!key_expected_) return builder_.scalar(Value(text));
    key_expected_ = false;
    return builder_.key(text);
  }
  bool visit_bin(const char* data, std::uint32_t size) {
    return add(size == 0 ? Bytes() : to_bytes(as_bytes({data, size})));
  }
  bool visit_ext(const char*, std::uint32_t) { return builder_.refuse_encoding("extension types are not accepted"); }

  bool start_array(std::uint32_t size) { return container(size, size) && builder_.open_array(size); }
  bool end_array() { return builder_.close(); }
  bool start_map(std::uint32_t size) { return container(size, std::size_t{size} * 2) && builder_.open_map(size); }
  bool start_map_key() { return key_expected_ = true; }
  bool end_map() { return builder_.close(); }

  void parse_error(std::size_t, std::size_t offset) {
    builder_.refuse_encoding("byte " + std::to_string(offset) + " starts no MessagePack value");
  }
  void insufficient_bytes(std::size_t, std::size_t) { builder_.refuse_encoding("the document is truncated"); }

 private:
  bool add(Value value) {
    if (key_expected_) return builder_.refuse_encoding("a map key is not a string");
    return builder_.scalar(std::move(value));
  }
  // Each item takes a byte at least, so a header that claims more than the document has is known to be false.
  bool container(std::size_t size, std::size_t least_bytes) {
    if (key_expected_) return builder_.refuse_encoding("a map key is not a string");
    if (least_bytes <= document_size_) return true;
    return builder_.refuse_encoding("the document is truncated: a map or array claims " + std::to_string(size) +
                                    " entries");
  }

  ValueBuilder& builder_;
  std::size_t document_size_;
  bool key_expected_ = false;
};

struct Appender {
  Bytes& out;
  void write(const char* data, std::size_t size) {
    const ByteView bytes = as_bytes({data, size});
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
};

using Packer = msgpack::packer<Appender>;

struct PackVisitor;
void pack(const PackVisitor& visitor, const Value& value);

struct PackVisitor {
  Appender& appender;
  Packer& packer;
  void operator()(std::monostate) const { packer.pack_nil(); }
  void operator()(bool value) const { value ? packer.pack_true() : packer.pack_false(); }
  void operator()(std::int64_t value) const { packer.pack_int64(value); }
  void operator()(std::uint64_t value) const { packer.pack_uint64(value); }
  // pack_double() of version 4 writes 1.0 as the integer 1, and casts 2^64 to an integer that cannot hold it.
  void operator()(double value) const {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    std::array<char, 9> raw{static_cast<char>(0xCB)};
    for (std::size_t i = 0; i < 8; ++i) raw[i + 1] = static_cast<char>(bits >> (56 - 8 * i));
    appender.write(raw.data(), raw.size());
  }
  void operator()(const std::string& text) const {
    packer.pack_str(static_cast<std::uint32_t>(text.size()));
    packer.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
  }
  void operator()(const Bytes& bytes) const {
    packer.pack_bin(static_cast<std::uint32_t>(bytes.size()));
    packer.pack_bin_body(as_text(bytes).data(), static_cast<std::uint32_t>(bytes.size()));
  }
  void operator()(const Value::Array& items) const {
    packer.pack_array(static_cast<std::uint32_t>(items.size()));
    for (const Value& item : items) pack(*this, item);
  }
  void operator()(const Value::Map& entries) const {
    packer.pack_map(static_cast<std::uint32_t>(entries.size()));
    for (const auto& [key, item] : entries) {
      (*this)(key);
      pack(*this, item);
    }
  }
};

void pack(const PackVisitor& visitor, const Value& value) { std::visit(visitor, value.data()); }

}  // namespace

Result<Value> decode_msgpack(ByteView bytes, const DecodeLimits& limits) {
  ValueBuilder builder(limits);
  Visitor visitor(builder, bytes.size());
  std::size_t offset = 0;
  const std::string_view text = as_text(bytes);
  const bool complete = msgpack::parse(text.data(), text.size(), offset, visitor);
  if (complete && !builder.refused() && offset != text.size()) {
    builder.refuse_encoding(std::to_string(text.size() - offset) + " bytes follow the document");
  }
  return builder.take();
}

void encode_msgpack(const Value& value, Bytes& out) {
  Appender appender{out};
  Packer packer(appender);
  pack(PackVisitor{appender, packer}, value);
}

Bytes encode_msgpack(const Value& value) {
  Bytes out;
  out.reserve(256);
  encode_msgpack(value, out);
  return out;
}

}  // namespace status
