#include "ipc/stream/page.h"

#include <algorithm>
#include <msgpack.hpp>

namespace status::ipc {
namespace {

struct Sink {
  Bytes& out;
  void write(const char* data, std::size_t size) { out.insert(out.end(), data, data + size); }
};

class Writer {
 public:
  explicit Writer(Bytes& out) : sink_{out}, pack_(sink_) {}
  Writer& text(std::string_view value) {
    pack_.pack_str(static_cast<std::uint32_t>(value.size()));
    pack_.pack_str_body(value.data(), static_cast<std::uint32_t>(value.size()));
    return *this;
  }
  Writer& binary(ByteView value) {
    pack_.pack_bin(static_cast<std::uint32_t>(value.size()));
    pack_.pack_bin_body(reinterpret_cast<const char*>(value.data()), static_cast<std::uint32_t>(value.size()));
    return *this;
  }
  Writer& map(std::uint32_t entries) { return pack_.pack_map(entries), *this; }
  Writer& array(std::uint32_t entries) { return pack_.pack_array(entries), *this; }
  template <class T>
  Writer& number(T value) {
    return pack_.pack(value), *this;
  }

 private:
  Sink sink_;
  msgpack::packer<Sink> pack_;
};

}  // namespace

bool topic_matches(std::string_view topic, const std::vector<std::string>& topics) {
  return topics.empty() || std::any_of(topics.begin(), topics.end(), [topic](std::string_view wanted) {
           return topic.starts_with(wanted) && (topic.size() == wanted.size() || topic[wanted.size()] == '.');
         });
}

void Page::add(const EventView& event) {
  if (coalesce_) {
    for (Entry& entry : events_) {
      if (entry.encoded.empty() || entry.topic != event.topic) continue;
      bytes_ -= entry.encoded.size();
      entry.encoded.clear();
      ++replaced_;
    }
  }
  Entry& entry = events_.emplace_back();
  entry.topic = event.topic;
  Writer writer(entry.encoded);
  writer.map(event.trace ? 6 : 5).text("seq").number(event.seq).text("time_ms").number(event.time_ms);
  writer.text("topic").text(event.topic).text("generation").number(event.generation);
  if (event.trace) writer.text("trace").binary(event.trace->pack());
  writer.text("data");
  entry.encoded.insert(entry.encoded.end(), event.data.begin(), event.data.end());
  bytes_ += entry.encoded.size();
}

Bytes Page::encode(std::string_view cursor, std::uint64_t lagged, bool reset) const {
  Bytes out;
  out.reserve(bytes_ + cursor.size() + 64);
  Writer writer(out);
  writer.map(4).text("events").array(static_cast<std::uint32_t>(size()));
  for (const Entry& entry : events_) out.insert(out.end(), entry.encoded.begin(), entry.encoded.end());
  writer.text("cursor").text(cursor).text("lagged").number(lagged).text("reset").number(reset);
  return out;
}

}  // namespace status::ipc
