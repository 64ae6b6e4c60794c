#include "services/waku/mesh/frames.h"

#include <algorithm>
#include <concepts>

#include "services/waku/big_endian.h"
#include "services/waku/content_topic.h"

namespace status::waku::mesh {
namespace {

constexpr std::size_t kMaxText = 512;         // agent, goodbye, error
constexpr std::size_t kMaxQueryTopics = 100;  // as Waku's store and filter protocols have it
constexpr std::size_t kMaxQueryLimit = 100;

enum QueryFlag : std::uint8_t { kForward = 1, kHasStart = 2, kHasEnd = 4, kHasCursor = 8 };

class Writer {
 public:
  explicit Writer(Bytes& out) : out_(out) {}
  template <std::unsigned_integral T>
  Writer& number(T value) {
    return raw(big_endian(value));
  }
  Writer& signed64(std::int64_t value) { return number(static_cast<std::uint64_t>(value)); }
  Writer& raw(ByteView bytes) {
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  Writer& text(std::string_view value) {
    value = value.substr(0, kMaxText);
    return number(static_cast<std::uint16_t>(value.size())).raw(as_bytes(value));
  }

 private:
  Bytes& out_;
};

// Reads past the end yield zeros and make the frame bad: checked once, after the last field.
class Reader {
 public:
  explicit Reader(ByteView body) : rest_(body) {}

  template <std::unsigned_integral T>
  T number() {
    const ByteView bytes = raw(sizeof(T));
    return bytes.empty() ? T{0} : from_big_endian<T>(bytes);
  }
  std::int64_t signed64() { return static_cast<std::int64_t>(number<std::uint64_t>()); }
  bool flag() {
    const auto value = number<std::uint8_t>();
    require(value <= 1);
    return value == 1;
  }
  ByteView raw(std::size_t size) {
    if (bad_ || size > rest_.size()) {
      bad_ = true;
      return {};
    }
    const ByteView out = rest_.first(size);
    rest_ = rest_.subspan(size);
    return out;
  }
  template <std::size_t N>
  std::array<std::uint8_t, N> array() {
    std::array<std::uint8_t, N> out{};
    const ByteView bytes = raw(N);
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
  }
  std::string text() {
    const auto size = number<std::uint16_t>();
    require(size <= kMaxText);
    return std::string(as_text(raw(bad_ ? 0 : size)));
  }
  ByteView rest() { return raw(rest_.size()); }

  void require(bool condition) { bad_ |= !condition; }
  bool bad() const { return bad_; }
  bool at_end() const { return rest_.empty(); }

 private:
  ByteView rest_;
  bool bad_ = false;
};

void write_entries(Writer& out, const std::vector<PageEntry>& entries) {
  out.number(static_cast<std::uint16_t>(entries.size()));
  for (const PageEntry& entry : entries) {
    out.number(entry.age_ms)
        .number(entry.shard)
        .number(static_cast<std::uint32_t>(entry.encoded.size()))
        .raw(entry.encoded);
  }
}

std::vector<PageEntry> read_entries(Reader& in) {
  const auto count = in.number<std::uint16_t>();
  in.require(count <= kPageMessages);
  std::vector<PageEntry> entries;
  for (std::uint16_t i = 0; i < count && !in.bad(); ++i) {
    PageEntry entry;
    entry.age_ms = in.number<std::uint32_t>();
    entry.shard = in.number<std::uint16_t>();
    entry.encoded = in.raw(in.number<std::uint32_t>());
    entries.push_back(entry);
  }
  return entries;
}

void write_cursor(Writer& out, const std::optional<MessageHash>& cursor) {
  out.number(static_cast<std::uint8_t>(cursor ? 1 : 0));
  if (cursor) out.raw(*cursor);
}

std::optional<MessageHash> read_cursor(Reader& in) {
  if (!in.flag()) return std::nullopt;
  return in.array<32>();
}

void write(Writer& out, const Hello& f) {
  out.number(f.version).number(f.cluster).number(f.shard_count).number(f.max_message_bytes).number(f.instance);
  out.signed64(f.unix_ms).raw(f.archive).text(f.agent);
}
void read(Reader& in, Hello& f) {
  f.version = in.number<std::uint16_t>();
  f.cluster = in.number<std::uint16_t>();
  f.shard_count = in.number<std::uint16_t>();
  f.max_message_bytes = in.number<std::uint32_t>();
  f.instance = in.number<std::uint64_t>();
  f.unix_ms = in.signed64();
  f.archive = in.array<16>();
  f.agent = in.text();
  in.rest();  // a later version may say more
}

void write(Writer& out, const Goodbye& f) { out.number(f.reason).text(f.text); }
void read(Reader& in, Goodbye& f) {
  f.reason = in.number<std::uint8_t>();
  f.text = in.text();
}

void write(Writer& out, const Ping& f) { out.number(f.nonce); }
void read(Reader& in, Ping& f) { f.nonce = in.number<std::uint64_t>(); }
void write(Writer& out, const Pong& f) { out.number(f.nonce); }
void read(Reader& in, Pong& f) { f.nonce = in.number<std::uint64_t>(); }

void write(Writer& out, const Relayed& f) { out.number(f.position).number(f.age_ms).number(f.shard).raw(f.encoded); }
void read(Reader& in, Relayed& f) {
  f.position = in.number<std::uint64_t>();
  f.age_ms = in.number<std::uint32_t>();
  f.shard = in.number<std::uint16_t>();
  f.encoded = in.rest();
}

void write(Writer& out, const Ack& f) {
  out.number(static_cast<std::uint8_t>(f.outcome)).number(f.position).raw(f.hash);
}
void read(Reader& in, Ack& f) {
  const auto outcome = in.number<std::uint8_t>();
  in.require(outcome <= static_cast<std::uint8_t>(Outcome::stored));
  f.outcome = static_cast<Outcome>(outcome);
  f.position = in.number<std::uint64_t>();
  f.hash = in.array<32>();
}

void write(Writer& out, const CatchUp& f) { out.number(f.request).raw(f.archive).number(f.after).number(f.window_s); }
void read(Reader& in, CatchUp& f) {
  f.request = in.number<std::uint32_t>();
  f.archive = in.array<16>();
  f.after = in.number<std::uint64_t>();
  f.window_s = in.number<std::uint32_t>();
}

void write(Writer& out, const Page& f) {
  out.number(f.request).raw(f.archive).number(f.next).number(static_cast<std::uint8_t>(f.more ? 1 : 0));
  write_entries(out, f.entries);
}
void read(Reader& in, Page& f) {
  f.request = in.number<std::uint32_t>();
  f.archive = in.array<16>();
  f.next = in.number<std::uint64_t>();
  f.more = in.flag();
  f.entries = read_entries(in);
}

void write(Writer& out, const Query& f) {
  std::uint8_t flags = 0;
  if (f.forward) flags |= kForward;
  if (f.start_ns) flags |= kHasStart;
  if (f.end_ns) flags |= kHasEnd;
  if (f.cursor) flags |= kHasCursor;
  out.number(f.request).number(f.limit).number(flags);
  if (f.start_ns) out.signed64(*f.start_ns);
  if (f.end_ns) out.signed64(*f.end_ns);
  if (f.cursor) out.raw(*f.cursor);
  out.number(static_cast<std::uint16_t>(f.content_topics.size()));
  for (const std::string& topic : f.content_topics) out.text(topic);
}
void read(Reader& in, Query& f) {
  f.request = in.number<std::uint32_t>();
  f.limit = in.number<std::uint16_t>();
  in.require(f.limit >= 1 && f.limit <= kMaxQueryLimit);
  const auto flags = in.number<std::uint8_t>();
  in.require(flags < 16);
  f.forward = (flags & kForward) != 0;
  if ((flags & kHasStart) != 0) f.start_ns = in.signed64();
  if ((flags & kHasEnd) != 0) f.end_ns = in.signed64();
  if ((flags & kHasCursor) != 0) f.cursor = in.array<32>();
  const auto topics = in.number<std::uint16_t>();
  in.require(topics <= kMaxQueryTopics);
  for (std::uint16_t i = 0; i < topics && !in.bad(); ++i) f.content_topics.push_back(in.text());
}

void write(Writer& out, const QueryResult& f) {
  out.number(f.request).number(f.status).text(f.error);
  write_cursor(out, f.cursor);
  write_entries(out, f.entries);
}
void read(Reader& in, QueryResult& f) {
  f.request = in.number<std::uint32_t>();
  f.status = in.number<std::uint8_t>();
  f.error = in.text();
  f.cursor = read_cursor(in);
  f.entries = read_entries(in);
}

static_assert(kMaxText >= kMaxContentTopicBytes);

template <std::size_t Index = 0>
Result<Frame> decode_alternative(std::uint8_t type, ByteView body) {
  if constexpr (Index == std::variant_size_v<Frame>) {
    return fail(Code::unimplemented, "waku.unknown_frame", "unknown frame type " + std::to_string(type));
  } else {
    if (type != Index + 1) return decode_alternative<Index + 1>(type, body);
    Reader in(body);
    std::variant_alternative_t<Index, Frame> frame;
    read(in, frame);
    if (in.bad() || !in.at_end()) {
      return fail(Code::invalid_argument, "waku.bad_frame",
                  "malformed frame of type " + std::to_string(type) + ", " + std::to_string(body.size()) + " bytes");
    }
    return Frame(std::move(frame));
  }
}

std::size_t payload_bytes(const Frame& frame) {
  if (const auto* relayed = std::get_if<Relayed>(&frame)) return relayed->encoded.size();
  std::size_t total = 0;
  const auto add = [&total](const std::vector<PageEntry>& entries) {
    for (const PageEntry& entry : entries) total += entry.encoded.size() + 10;
  };
  if (const auto* page = std::get_if<Page>(&frame)) add(page->entries);
  if (const auto* result = std::get_if<QueryResult>(&frame)) add(result->entries);
  return total;
}

}  // namespace

Bytes encode_frame(const Frame& frame) {
  Bytes out;
  out.reserve(64 + payload_bytes(frame));
  Writer writer(out);
  writer.number(std::uint32_t{0}).number(static_cast<std::uint8_t>(frame.index() + 1));
  std::visit([&writer](const auto& alternative) { write(writer, alternative); }, frame);
  const auto length = big_endian(static_cast<std::uint32_t>(out.size() - 4));
  std::copy(length.begin(), length.end(), out.begin());
  return out;
}

Result<Frame> decode_frame(std::uint8_t type, ByteView body) { return decode_alternative(type, body); }

}  // namespace status::waku::mesh
