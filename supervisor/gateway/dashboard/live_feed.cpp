#include "supervisor/gateway/dashboard/live_feed.h"

#include <algorithm>
#include <utility>

#include "ipc/base/codec.h"
#include "supervisor/gateway/dashboard/access.h"
#include "supervisor/gateway/http/query.h"

namespace status::gateway {
namespace {

struct Kind {
  const char* name;     // of the message, and behind `supervisor.` of the method
  std::uint64_t beats;  // between two
  bool follows_events;  // an event is a reason to look at once
};
constexpr std::array<Kind, 5> kKinds = {
    {{"modules", 5, true}, {"top", 1, true}, {"blame", 3, false}, {"custody", 3, true}, {"faults", 5, true}}};

constexpr std::uint32_t kDeadlineMs = 5'000;
constexpr std::uint32_t kWaitMs = 5'000;  // so long a poll may outlive the viewer that it is for
constexpr std::uint32_t kMaxEvents = 100;

std::shared_ptr<const std::string> message(std::string_view name, const Value& data, std::string_view id = {}) {
  std::string text = "event: ";
  text.append(name);
  if (!id.empty()) text.append("\nid: ").append(id);
  // JSON on one line: a line's end inside a text is escaped.
  return std::make_shared<const std::string>(text + "\ndata: " + to_json(data) + "\n\n");
}

// The stream asks for these topics alone; this is for the day when it forgets.
bool is_of_the_supervisor(const Value& event) {
  return event.string_or("topic", "").starts_with(std::string(kShownTopic) + ".");
}

// A cursor goes back into a line of the stream and into a request: what no stream gives out is not one.
bool is_cursor(std::string_view text) {
  return !text.empty() && text.size() <= 128 &&
         std::ranges::all_of(text, [](unsigned char c) { return c > ' ' && c < 127; });
}

std::string beginning(const HttpRequest& request) {
  if (is_cursor(request.last_event_id)) return request.last_event_id;
  const std::string after = query_value(request.query, "after").value_or("");
  return is_cursor(after) ? after : "0";
}

}  // namespace

LiveFeed::LiveFeed(Office& office, FrontCaller& front) : front_(front) {
  static_assert(kKinds.size() == kFigures);
  office.every(kBeat, [this] { beat(); });
}

void LiveFeed::add(std::shared_ptr<HttpCall> call) {
  if (viewers_.size() >= kMaxViewers) {
    return call->reply({.status = 503, .body = "as many dashboards are open as there may be: close one\n"});
  }
  auto viewer = std::make_shared<Viewer>();
  viewer->cursor = beginning(call->request());
  viewer->stream = call->open_stream();
  viewers_.push_back(viewer);
  send(viewer, std::make_shared<const std::string>("retry: 1000\n\n"));
  poll(viewer);
  // What others see is new enough.
  for (std::size_t i = 0; i < kFigures; ++i) {
    if (!figures_[i].text) ask(i);
  }
}

void LiveFeed::beat() {
  if (viewers_.empty()) return;
  ++beats_;
  for (std::size_t i = 0; i < kFigures; ++i) {
    if (beats_ % kKinds[i].beats == 0) ask(i);
  }
  static const Text kComment = std::make_shared<const std::string>(": still here\n\n");
  const Viewers all = viewers_;
  for (const auto& viewer : all) {
    if (!viewer->polling && !viewer->events) poll(viewer);  // the last one failed
    if (!std::exchange(viewer->wrote, false) && !viewer->writing) send(viewer, kComment);
  }
}

void LiveFeed::ask(std::size_t figure) {
  if (std::exchange(figures_[figure].asked, true)) return;
  const char* name = kKinds[figure].name;
  front_.read(std::string("supervisor.") + name, Value(Value::Map{}), kDeadlineMs,
              [this, figure, name](const Result<Value>& reply) {
                Figure& answered = figures_[figure];
                answered.asked = false;
                if (reply) take_figure(figure, message(name, *reply));
                if (std::exchange(answered.again, false) && !viewers_.empty()) ask(figure);
              });
}

void LiveFeed::take_figure(std::size_t figure, Text text) {
  Text& newest = figures_[figure].text;
  // What comes at every beat says that the connection lives.
  if (newest && kKinds[figure].beats > 1 && *newest == *text) return;
  newest = std::move(text);
  const Viewers all = viewers_;
  for (const auto& viewer : all) send_next(viewer);
}

void LiveFeed::poll(const std::shared_ptr<Viewer>& viewer) {
  viewer->polling = true;
  const Value params = Value::map(
      {{"cursor", viewer->cursor}, {"max", kMaxEvents}, {"wait_ms", kWaitMs}, {"topics", Value::array({kShownTopic})}});
  viewer->poll = front_.read(std::string(kEventsMethod), params, kWaitMs + kDeadlineMs,
                             [this, weak = std::weak_ptr(viewer)](const Result<Value>& page) {
                               if (const auto here = weak.lock(); here && here->stream) take_page(here, page);
                             });
}

void LiveFeed::take_page(const std::shared_ptr<Viewer>& viewer, const Result<Value>& page) {
  viewer->polling = false;
  if (!page) {
    // Of another life of the node, or mangled on its way: begin anew. Anything else is asked again at the next beat.
    if (page.error().code == Code::invalid_argument) viewer->cursor = "0";
    return;
  }
  viewer->cursor = page->string_or("cursor", viewer->cursor);
  Value::Array shown;
  const Value* events = page->find("events");
  if (events != nullptr && events->as_array() != nullptr) {
    std::ranges::copy_if(*events->as_array(), std::back_inserter(shown), is_of_the_supervisor);
  }
  const std::uint64_t lagged = page->uint_or("lagged", 0);
  const bool reset = page->bool_or("reset", false);
  if (shown.empty() && lagged == 0 && !reset) return poll(viewer);
  for (std::size_t i = 0; i < kFigures; ++i) {
    if (!kKinds[i].follows_events) continue;
    figures_[i].again = figures_[i].asked;
    ask(i);
  }
  viewer->events = message("events", Value::map({{"events", std::move(shown)}, {"lagged", lagged}, {"reset", reset}}),
                           viewer->cursor);
  send_next(viewer);
}

void LiveFeed::send_next(const std::shared_ptr<Viewer>& viewer) {
  if (viewer->writing || !viewer->stream) return;
  if (viewer->events) {
    send(viewer, std::exchange(viewer->events, nullptr));
    return poll(viewer);  // the next page waits until this one is on its way
  }
  for (std::size_t i = 0; i < kFigures; ++i) {
    if (viewer->sent[i] == figures_[i].text) continue;
    viewer->sent[i] = figures_[i].text;
    return send(viewer, figures_[i].text);
  }
}

void LiveFeed::send(const std::shared_ptr<Viewer>& viewer, Text text) {
  viewer->writing = true;
  viewer->wrote = true;
  // Weak: the stream keeps this for as long as it lives, and the viewer keeps the stream.
  viewer->stream->write(std::move(text), [this, weak = std::weak_ptr(viewer)](bool written) {
    const auto here = weak.lock();
    if (!here) return;
    here->writing = false;
    written ? send_next(here) : drop(here);
  });
}

void LiveFeed::drop(const std::shared_ptr<Viewer>& viewer) {
  viewer->poll.cancel();
  viewer->stream.reset();
  viewers_.remove(viewer);
  if (!viewers_.empty()) return;
  for (Figure& figure : figures_) figure.text.reset();  // the next one must not see what was
}

}  // namespace status::gateway
