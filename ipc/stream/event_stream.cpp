#include "ipc/stream/event_stream.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "ipc/wire/trace_scope.h"

namespace status::ipc {
namespace {

// Enough for a page of events without risking the 16 MiB of a message.
constexpr std::size_t kPageBytes = 4U << 20;

template <class T>
bool parse_number(std::string_view text, T& out, int base) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

// Deliberately uninitialised: pages that no event has reached yet take no memory.
std::unique_ptr<std::uint8_t[]> own_memory(std::span<const std::uint8_t> given, std::size_t bytes) {
  if (!given.empty()) return nullptr;
  auto memory = std::unique_ptr<std::uint8_t[]>(new std::uint8_t[bytes]);
  std::fill_n(memory.get(), 256, std::uint8_t{0});  // no ring here yet
  return memory;
}

}  // namespace

EventStream::EventStream(Server& server, const std::string& method, const Clock& clock, Random& random,
                         std::span<std::uint8_t> memory, std::size_t marks, std::size_t own_bytes)
    : clock_(clock),
      generation_(server.options().generation),
      own_memory_(own_memory(memory, own_bytes)),
      ring_(own_memory_ ? std::span(own_memory_.get(), own_bytes) : memory, random, marks),
      stream_(server, method, *this, Run::inline_thread) {}

std::string EventStream::publish(std::string_view topic, ByteView data, std::optional<Trace> trace) {
  EventView event;
  event.time_ms = clock_.unix_ms();
  event.topic = topic;
  event.generation = generation_;
  const Trace* current = TraceScope::current();
  event.trace = !trace && current != nullptr ? *current : trace;
  event.data = data;
  return publish(event);
}

std::string EventStream::publish(const EventView& event, const EventRing::Mark* mark) {
  std::uint64_t seq = 0;
  {
    std::lock_guard lock(mutex_);
    seq = ring_.publish(event, mark);
  }
  if (seq == 0) return {};
  stream_.wake();
  return cursor(seq);
}

void EventStream::set_mark(const EventRing::Mark& mark) {
  std::lock_guard lock(mutex_);
  ring_.set_mark(mark);
}

std::array<std::uint8_t, EventRing::kMarkBytes> EventStream::mark(std::size_t index) {
  std::lock_guard lock(mutex_);
  std::array<std::uint8_t, EventRing::kMarkBytes> bytes;
  std::ranges::copy(ring_.mark(index), bytes.begin());
  return bytes;
}

std::string EventStream::cursor_now() { return cursor(last()); }

std::uint64_t EventStream::last() {
  std::lock_guard lock(mutex_);
  return ring_.last();
}

std::uint64_t EventStream::evicted() {
  std::lock_guard lock(mutex_);
  return ring_.evicted();
}

EventStream::Load EventStream::load() {
  std::lock_guard lock(mutex_);
  return {.depth = ring_.last() + 1 - ring_.first(), .lag = std::exchange(lag_, 0), .dropped = dropped_};
}

std::string EventStream::cursor(std::uint64_t seq) const {
  char text[40];
  char* end = std::to_chars(text, text + 17, ring_.incarnation(), 16).ptr;
  *end++ = '-';
  return {text, std::to_chars(end, text + sizeof(text), seq).ptr};
}

Result<StreamPosition> EventStream::start(const api::StreamRequest& request, const std::string&) {
  std::lock_guard lock(mutex_);
  if (!request.cursor) return StreamPosition{.seq = ring_.last()};
  if (*request.cursor == "0") return StreamPosition{.seq = ring_.first() - 1};
  const std::string_view text = *request.cursor;
  const std::size_t dash = text.find('-');
  std::uint64_t incarnation = 0;
  std::uint64_t seq = 0;
  if (dash == std::string_view::npos || !parse_number(text.substr(0, dash), incarnation, 16) ||
      !parse_number(text.substr(dash + 1), seq, 10)) {
    return fail(
        Code::invalid_argument, "ipc.bad_cursor",
        "`cursor` is not one of this stream's: pass back what it returned, \"0\" for the oldest, or nothing for now");
  }
  if (incarnation != ring_.incarnation() || seq > ring_.last()) {
    return StreamPosition{.seq = ring_.last(), .reset = true};
  }
  lag_ = std::max(lag_, ring_.last() - seq);
  return StreamPosition{.seq = seq};
}

Status EventStream::read(StreamPosition& position, const api::StreamRequest& request, Page& page) {
  std::lock_guard lock(mutex_);
  if (position.seq + 1 < ring_.first()) {
    position.lagged += ring_.first() - position.seq - 1;
    dropped_ += ring_.first() - position.seq - 1;
    position.seq = ring_.first() - 1;
  }
  ring_.read(position.seq, [&](const EventView& event) {
    if (page.size() >= request.max || page.bytes() >= kPageBytes) return false;
    position.seq = event.seq;
    if (topic_matches(event.topic, request.topics)) page.add(event);
    return true;
  });
  return {};
}

}  // namespace status::ipc
