#include "services/module_host/logos/outbound.h"
#include "services/module_host/logos/values.h"

namespace status::module_host::logos {

Outbound::Handle Outbound::subscribe(Handle client, const std::string& event, OnEvent on_event) {
  const std::optional<Client> found = find(client);
  if (!found || event.empty()) return 0;
  Subscribed subscribed{.client = client};
  if (found->peer == nullptr) {
    refusal(found->target);  // said in the log; theirs, too, is a subscription that stays silent
  } else {
    Peer& peer = *found->peer;
    const std::string topic = peer.name() + "." + snake_case(event);
    auto on_page = [this, &peer, topic, gaps = found->gaps, receiver = subscribed.receiver,
                    on_event = std::move(on_event)](api::StreamReply page, ipc::Subscription::Resume resume) {
      if (page.reset || page.lagged > 0) gaps->fetch_add(1);
      const auto kept = std::make_shared<const api::StreamReply>(std::move(page));
      with_document(peer, [this, topic, receiver, on_event, kept, resume](const auto& document) {
        for (const api::StreamEvent& one : kept->events) {
          if (one.topic != topic) continue;  // a longer one
          const std::string data = event_text(document ? **document : Value(), topic, one.data);
          deliver(*receiver, [&] { on_event(data); });
        }
        resume();
      });
    };
    subscribed.events = std::make_unique<ipc::Subscription>(
        peer.client(), ipc::SubscriptionOptions{.method = peer.name() + ".events.next", .topics = {topic}},
        std::move(on_page));
  }
  const std::lock_guard lock(mutex_);
  if (subscriptions_.size() == kMostHandles || !clients_.contains(client)) return 0;
  subscriptions_.emplace(++last_, std::move(subscribed));
  return last_;
}

void Outbound::unsubscribe(Handle subscription) {
  Subscribed gone;
  {
    const std::lock_guard lock(mutex_);
    const auto found = subscriptions_.find(subscription);
    if (found == subscriptions_.end()) return;
    gone = std::move(found->second);
    subscriptions_.erase(found);
  }
  take_away(*gone.receiver);
}

std::uint64_t Outbound::gaps(Handle client) {
  const std::optional<Client> found = find(client);
  return found ? found->gaps->load() : 0;
}

void Outbound::deliver(Receiver& receiver, const std::function<void()>& callback) {
  const std::lock_guard busy(receiver.busy);
  if (receiver.gone || ended_) return;
  ipc::TimerQueue& timers = context_.server().timers();
  const auto late = timers.schedule(std::chrono::steady_clock::now() + kLongestCallback, stuck_);
  callback();
  timers.cancel(late);
}

void Outbound::take_away(Receiver& receiver) {
  const std::lock_guard busy(receiver.busy);
  receiver.gone = true;
}

}  // namespace status::module_host::logos
