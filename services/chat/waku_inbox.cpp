#include "services/chat/waku_inbox.h"

#include "ipc/base/codec.h"
#include "ipc/client/typed.h"
#include "services/waku/api.h"

namespace status::chat {
namespace {

// After an error of the store: the page is given again.
constexpr std::chrono::milliseconds kRetry{1'000};
constexpr std::chrono::milliseconds kAskAgain{1'000};

ipc::SubscriptionOptions message_stream(const std::string& cursor, std::uint32_t max) {
  return {.method = "waku.messages.next",
          .cursor = cursor.empty() ? "0" : cursor,
          .consumer = "inbox",
          .topics = {},
          .max = max};
}

}  // namespace

WakuPage WakuConsumer::page_of(const api::StreamReply& content) const {
  WakuPage page{.messages = {}, .cursor = content.cursor};
  for (const api::StreamEvent& event : content.events) {
    Result<waku::MessageView> message = api::from_value<waku::MessageView>(event.data, api::Mode::lenient);
    if (!message) continue;  // another version's: nothing that this one could commit
    if (!is_chat_topic(message->content_topic)) {
      custody_.end(metrics::Step::passed_over, {.hash = message->message_hash.bytes});
      continue;
    }
    page.messages.push_back(
        {std::move(message->message_hash.bytes), std::move(message->content_topic), std::move(message->payload)});
  }
  return page;
}

Status WakuConsumer::handle(const api::StreamReply& page) { return service_.on_waku_page(page_of(page)); }

void WakuConsumer::set_aside(const api::StreamEvent& event) {
  const Value* hash = event.data.find("message_hash");
  if (hash != nullptr && hash->as_bytes() != nullptr) custody_.end(metrics::Step::refused, {.hash = *hash->as_bytes()});
}

Status WakuConsumer::move_past(store::Transaction& tx, const std::string& cursor) {
  return ChatService::move_past(tx, cursor);
}

Bytes WakuConsumer::identity(const api::StreamEvent& event) const {
  const Value* payload = event.data.find("payload");
  return payload != nullptr && payload->as_bytes() != nullptr ? *payload->as_bytes() : encode_msgpack(event.data);
}

WakuInbox::WakuInbox(ipc::Client& waku, host::Executor& executor, ChatService& service, WakuDelivery& delivery,
                     host::PoisonGuard& guard, const std::string& cursor)
    : waku_(waku),
      executor_(executor),
      service_(service),
      delivery_(delivery),
      guard_(guard),
      messages_(waku, message_stream(cursor, guard.page_size()),
                [this](api::StreamReply content, ipc::Subscription::Resume resume) {
                  if (content.reset) began_anew();
                  executor_.post([this, page = std::make_shared<const api::StreamReply>(std::move(content)),
                                  resume = std::move(resume)] { take(page, resume); });
                }),
      connection_(
          waku, {.method = "waku.events.next", .topics = {"waku.connection"}},
          [this](api::StreamReply page, ipc::Subscription::Resume resume) {
            follow_connection(std::move(page), std::move(resume));
          },
          [this](const Error& error) { executor_.post([this, error] { connection_unknown(error); }); }) {
  ask_connection();
}

WakuInbox::~WakuInbox() { timers_.stop(); }

void WakuInbox::take(const std::shared_ptr<const api::StreamReply>& page, const ipc::Subscription::Resume& resume) {
  if (guard_.take(*page)) {
    messages_.set_max(guard_.page_size());
    return resume();
  }
  timers_.schedule(std::chrono::steady_clock::now() + kRetry,
                   [this, page, resume] { executor_.post([this, page, resume] { take(page, resume); }); });
}

void WakuInbox::follow_connection(api::StreamReply page, ipc::Subscription::Resume resume) {
  // A restarted waku begins a new stream: what it says now is not in it.
  if (page.reset) began_anew();
  if (page.reset || page.lagged != 0) ask_connection();
  for (const api::StreamEvent& event : page.events) set_state(event.data.string_or("state", kDisconnected));
  resume();
}

// Another database or another life of the waku module: it may not know our topics.
void WakuInbox::began_anew() {
  executor_.post([this] { delivery_.subscribe_all(); });
}

void WakuInbox::ask_connection() {
  ipc::call_async<waku::Info>(waku_, {}, {}, [this, &executor = executor_](const Result<waku::Info::Reply>& info) {
    executor.post([this, info] {  // not run once this is gone
      info ? service_.on_delivery_state(info->connection, {}) : connection_unknown(info.error());
    });
  });
}

// No event tells that the waku module can be reached again, and the state may not have changed meanwhile.
void WakuInbox::connection_unknown(const Error& error) {
  service_.on_delivery_state(std::string(kDisconnected), error.message);
  if (std::exchange(asks_later_, true)) return;
  timers_.schedule(std::chrono::steady_clock::now() + kAskAgain, [this] {
    executor_.post([this] {
      asks_later_ = false;
      ask_connection();
    });
  });
}

void WakuInbox::set_state(const std::string& state) {
  executor_.post([this, state] { service_.on_delivery_state(state, {}); });
}

}  // namespace status::chat
