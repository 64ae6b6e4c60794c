#include "services/waku/message_codec.h"

#include <optional>
#include <utility>

namespace status::waku {
namespace {

enum WireType : std::uint32_t { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5 };
enum Field : std::uint32_t {
  kPayload = 1,
  kContentTopic = 2,
  kVersion = 3,
  kTimestamp = 10,
  kMeta = 11,
  kProof = 21,
  kEphemeral = 31
};

tl::unexpected<Error> invalid(std::string message) {
  return fail(Code::invalid_argument, "waku.invalid_message", std::move(message));
}

void write_varint(Bytes& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}

void write_bytes(Bytes& out, Field field, ByteView bytes) {
  write_varint(out, field << 3 | kLengthDelimited);
  write_varint(out, bytes.size());
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void write_number(Bytes& out, Field field, std::uint64_t value) {
  write_varint(out, field << 3 | kVarint);
  write_varint(out, value);
}

std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) { return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1)); }

// One field as it stands on the wire: a number, or a view into the message.
struct RawField {
  std::uint64_t number = 0;
  WireType type = kVarint;
  std::uint64_t value = 0;
  ByteView bytes;
};

class FieldReader {
 public:
  explicit FieldReader(ByteView input) : rest_(input) {}
  bool done() const { return rest_.empty(); }

  // Empty when the input is truncated or malformed.
  std::optional<RawField> next() {
    const std::optional<std::uint64_t> tag = varint();
    if (!tag || *tag >> 3 == 0 || *tag >> 3 > 0x1fffffff) return std::nullopt;
    RawField field{*tag >> 3, static_cast<WireType>(*tag & 7), 0, {}};
    switch (field.type) {
      case kVarint: {
        const std::optional<std::uint64_t> value = varint();
        if (!value) return std::nullopt;
        field.value = *value;
        return field;
      }
      case kFixed64:
        return take(8) ? std::optional(field) : std::nullopt;
      case kFixed32:
        return take(4) ? std::optional(field) : std::nullopt;
      case kLengthDelimited: {
        const std::optional<std::uint64_t> size = varint();
        const std::optional<ByteView> bytes = size ? take(*size) : std::nullopt;
        if (!bytes) return std::nullopt;
        field.bytes = *bytes;
        return field;
      }
    }
    return std::nullopt;  // groups, which proto3 does not have
  }

 private:
  std::optional<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) return std::nullopt;
      const std::uint8_t byte = rest_.front();
      rest_ = rest_.subspan(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    return std::nullopt;
  }

  std::optional<ByteView> take(std::uint64_t size) {
    if (size > rest_.size()) return std::nullopt;
    const ByteView out = rest_.first(static_cast<std::size_t>(size));
    rest_ = rest_.subspan(static_cast<std::size_t>(size));
    return out;
  }

  ByteView rest_;
};

// The wire type that a known field must have; empty for an unknown one.
std::optional<WireType> type_of(std::uint64_t number) {
  switch (number) {
    case kPayload:
    case kContentTopic:
    case kMeta:
    case kProof:
      return kLengthDelimited;
    case kVersion:
    case kTimestamp:
    case kEphemeral:
      return kVarint;
    default:
      return std::nullopt;
  }
}

void assign(WakuMessage& message, const RawField& field) {
  switch (field.number) {
    case kPayload:
      message.payload = to_bytes(field.bytes);
      break;
    case kContentTopic:
      message.content_topic = as_text(field.bytes);
      break;
    case kVersion:
      message.version = static_cast<std::uint32_t>(field.value);
      break;
    case kTimestamp:
      message.timestamp_ns = unzigzag(field.value);
      break;
    case kMeta:
      message.meta = to_bytes(field.bytes);
      break;
    case kProof:
      message.proof = to_bytes(field.bytes);
      break;
    case kEphemeral:
      message.ephemeral = field.value != 0;
      break;
    default:
      break;
  }
}

}  // namespace

Bytes encode_message(const WakuMessage& message) {
  Bytes out;
  out.reserve(message.payload.size() + message.content_topic.size() + message.meta.size() + message.proof.size() + 48);
  write_bytes(out, kPayload, message.payload);
  write_bytes(out, kContentTopic, as_bytes(message.content_topic));
  if (message.version != 0) write_number(out, kVersion, message.version);
  if (message.timestamp_ns != 0) write_number(out, kTimestamp, zigzag(message.timestamp_ns));
  if (!message.meta.empty()) write_bytes(out, kMeta, message.meta);
  if (!message.proof.empty()) write_bytes(out, kProof, message.proof);
  if (message.ephemeral) write_number(out, kEphemeral, 1);
  return out;
}

Result<WakuMessage> decode_message(ByteView encoded, std::size_t max_bytes) {
  if (encoded.size() > max_bytes) {
    return fail(Code::resource_exhausted, "waku.message_too_large",
                "a message of " + std::to_string(encoded.size()) + " bytes exceeds the network's maximum of " +
                    std::to_string(max_bytes));
  }
  WakuMessage message;
  bool has_payload = false;
  bool has_topic = false;
  for (FieldReader reader(encoded); !reader.done();) {
    const std::optional<RawField> field = reader.next();
    if (!field) return invalid("the encoding of a message is truncated or malformed");
    const std::optional<WireType> expected = type_of(field->number);
    if (!expected) continue;
    if (field->type != *expected) return invalid("field " + std::to_string(field->number) + " has a wrong wire type");
    if (field->number == kMeta && field->bytes.size() > kMaxMetaBytes) {
      return invalid("meta has " + std::to_string(field->bytes.size()) + " bytes, at most 64 are allowed");
    }
    has_payload |= field->number == kPayload;
    has_topic |= field->number == kContentTopic;
    assign(message, *field);
  }
  if (!has_payload || !has_topic)
    return invalid(has_payload ? "a message without content topic" : "a message without payload");
  return message;
}

}  // namespace status::waku
