#include "services/chat/waku_inbox.h"

#include "ipc/client/typed.h"
#include "services/waku/api.h"

namespace status::chat {
namespace {

// After an error of the store: the page is given again.
constexpr std::chrono::milliseconds kRetry{1'000};

ipc::SubscriptionOptions message_stream(const std::string& cursor) {
  return {.method = "waku.messages.next", .cursor = cursor.empty() ? "0" : cursor, .consumer = "inbox"};
}

WakuPage page_of(const api::StreamReply& content) {
  WakuPage page{.messages = {}, .cursor = content.cursor};
  for (const api::StreamEvent& event : content.events) {
    Result<waku::MessageView> message = api::from_value<waku::MessageView>(event.data, api::Mode::lenient);
    if (!message) continue;  // another version's: nothing that this one could commit
    page.messages.push_back(
        {std::move(message->message_hash.bytes), std::move(message->content_topic), std::move(message->payload)});
  }
  return page;
}

}  // namespace

WakuInbox::WakuInbox(ipc::Client& waku, host::Executor& executor, ChatService& service, const std::string& cursor)
    : waku_(waku),
      executor_(executor),
      service_(service),
      messages_(waku, message_stream(cursor),
                [this](api::StreamReply content, ipc::Subscription::Resume resume) {
                  executor_.post([this, page = std::make_shared<const WakuPage>(page_of(content)),
                                  resume = std::move(resume)] { take(page, resume); });
                }),
      connection_(
          waku, {.method = "waku.events.next", .topics = {"waku.connection"}},
          [this](api::StreamReply page, ipc::Subscription::Resume resume) {
            follow_connection(std::move(page), std::move(resume));
          },
          [this](const Error& error) { set_state(std::string(kDisconnected), error.message); }) {
  ask_connection();
}

WakuInbox::~WakuInbox() { timers_.stop(); }

void WakuInbox::take(const std::shared_ptr<const WakuPage>& page, const ipc::Subscription::Resume& resume) {
  if (service_.on_waku_page(*page)) return resume();
  timers_.schedule(std::chrono::steady_clock::now() + kRetry,
                   [this, page, resume] { executor_.post([this, page, resume] { take(page, resume); }); });
}

void WakuInbox::follow_connection(api::StreamReply page, ipc::Subscription::Resume resume) {
  // A restarted waku begins a new stream: what it says now is not in it.
  if (page.reset || page.lagged != 0) ask_connection();
  for (const api::StreamEvent& event : page.events) set_state(event.data.string_or("state", kDisconnected), {});
  resume();
}

void WakuInbox::ask_connection() {
  ipc::call_async<waku::Info>(waku_, {}, {}, [this](const Result<waku::Info::Reply>& info) {
    info ? set_state(info->connection, {}) : set_state(std::string(kDisconnected), info.error().message);
  });
}

void WakuInbox::set_state(const std::string& state, const std::string& detail) {
  executor_.post([this, state, detail] { service_.on_delivery_state(state, detail); });
}

}  // namespace status::chat
