// The part of ChatService that talks to the network: hand-over, repetition, acknowledgements, and what comes in.
#include "ipc/base/failpoint.h"
#include "services/chat/engine/views.h"
#include "services/chat/service.h"
#include "services/chat/store/inbound_table.h"
#include "services/chat/store/outbox_table.h"

namespace status::chat {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kProgressDelay{10};  // hand-overs of this long are stored together
constexpr milliseconds kStall{1'000};       // after an error of the store
constexpr milliseconds kBroken{60'000};     // before a conversation that is broken is tried again

void earliest(std::optional<MonotonicTime>& out, const std::optional<MonotonicTime>& other) {
  if (other && (!out || *other < *out)) out = other;
}

}  // namespace

Status ChatService::resume() {
  delete_expired_prekeys();
  Result<store::Transaction> tx = seams_.database.read();
  if (!tx) return fail(tx.error());
  const MonotonicTime now = seams_.clock.monotonic();
  const Result<std::vector<tables::OutgoingKey>> outgoing = tables::all_outgoing(*tx);
  if (!outgoing) return fail(outgoing.error());
  for (const tables::OutgoingKey& row : *outgoing) retries_.add(row.conversation, row.sequence, row.handed_over, now);
  const Result<std::vector<std::int64_t>> owing = tables::conversations_owing_ack(*tx);
  if (!owing) return fail(owing.error());
  for (const std::int64_t id : *owing) acks_.owe(id, now);
  const Result<std::vector<std::int64_t>> gaps = tables::conversations_with_gap(*tx);
  if (!gaps) return fail(gaps.error());
  for (const std::int64_t id : *gaps) gaps_.waiting(id, 0, now);
  const Result<std::vector<std::string>> topics = tables::receive_topics(*tx);
  if (!topics) return fail(topics.error());
  if (Status s = greet(*tx); !s) return s;
  tx->rollback();
  seams_.delivery.subscribe(sessions_.inbox_topic());
  for (const std::string& topic : *topics) seams_.delivery.subscribe(topic);
  return {};
}

// A full disk must not keep the node from starting: what cannot be deleted now is deleted with the next introduction.
void ChatService::delete_expired_prekeys() {
  Result<store::Transaction> tx = seams_.database.write();
  if (!tx || !tables::delete_expired_prekeys(*tx, seams_.clock.unix_ms())) return;
  (void)tx->commit();
}

// An acknowledgement tells the peer that this node is here again: what it holds for us need not wait for its next
// attempt.
Status ChatService::greet(store::Transaction& tx) {
  const Result<std::vector<std::int64_t>> recent = tables::recent_conversations(tx, config_.greeted_on_return);
  if (!recent) return fail(recent.error());
  for (const std::int64_t id : *recent) acks_.owe(id, seams_.clock.monotonic());
  return {};
}

Status ChatService::on_waku_page(const WakuPage& page) {
  Status handled = inbound_.handle(page);
  page_trouble_.reset();
  if (handled) {
    hand_over();
  } else {
    page_trouble_ = handled.error();
  }
  return handled;
}

std::optional<Error> ChatService::trouble() const {
  if (trouble_) return trouble_;
  if (page_trouble_) return page_trouble_;
  if (broken_.empty()) return std::nullopt;
  return broken_.begin()->second;
}

Status ChatService::move_past(store::Transaction& tx, const std::string& waku_cursor) {
  return tables::save_cursor(tx, waku_cursor);
}

Result<std::string> ChatService::waku_cursor() {
  Result<store::Transaction> tx = seams_.database.read();
  if (!tx) return fail(tx.error());
  return tables::load_cursor(*tx);
}

void ChatService::on_delivery_state(const std::string& state, const std::string& detail) {
  if (state == delivery_state_) return;
  const bool was_away = delivery_state_.empty() || delivery_state_ == kDisconnected;
  delivery_state_ = state;
  seams_.events.publish("delivery_state_changed", api::to_value(DeliveryStateChanged{state, detail}));
  if (state != "connected" && !(was_away && state != kDisconnected)) return;
  retries_.network_back(seams_.clock.monotonic());
  Result<store::Transaction> tx = seams_.database.read();
  if (tx) (void)greet(*tx);  // without it the peers' own timers do it
}

std::optional<MonotonicTime> ChatService::tick() {
  const MonotonicTime now = seams_.clock.monotonic();
  if (!stalled_until_ || *stalled_until_ <= now) {
    Status done;
    if (progress_due_ && *progress_due_ <= now) done = store_progress();
    if (done) done = send_acknowledgements();
    if (done) done = give_up_gaps();
    // Paid on another way, with a text in another session.
    std::erase_if(broken_, [this](const auto& item) { return !acks_.owes(item.first) && !gaps_.waits(item.first); });
    stalled_until_.reset();
    trouble_.reset();
    if (!done) {
      trouble_ = done.error();
      stalled_until_ = now + kStall;
    }
  }
  hand_over();
  return next_attention();
}

std::optional<MonotonicTime> ChatService::next_attention() const {
  std::optional<MonotonicTime> out = progress_due_;
  if (delivery_state_ != kDisconnected) earliest(out, acks_.next_due());
  earliest(out, gaps_.next_due());
  if (out && stalled_until_) out = std::max(*out, *stalled_until_);
  earliest(out, retries_.next_due());
  return out;
}

void ChatService::hand_over() {
  const std::vector<RetrySchedule::Item> items = retries_.take(seams_.clock.monotonic());
  if (items.empty()) return;
  std::vector<std::optional<Parcel>> parcels = stored_parcels(items);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].unreadable) parcels[i] = seal_anew(items[i]);
    if (!parcels[i]) {  // the database refused: as if the network had
      retries_.completed(items[i], false, seams_.clock.monotonic());
      continue;
    }
    seams_.delivery.send(std::move(*parcels[i]), [self = std::weak_ptr(self_), item = items[i]](const Status& outcome) {
      if (const auto service = self.lock()) (*service)->handed_over(item, outcome);
    });
  }
}

std::vector<std::optional<Parcel>> ChatService::stored_parcels(const std::vector<RetrySchedule::Item>& items) {
  std::vector<std::optional<Parcel>> out(items.size());
  Result<store::Transaction> tx = seams_.database.read();
  if (!tx) return out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto row = tables::load_outgoing(*tx, items[i].conversation, items[i].sequence);
    if (!row || !*row) continue;
    out[i] = Parcel{std::move((*row)->topic), std::move((*row)->payload), items[i].repeated,
                    message_id((*row)->conversation_name, identity_.keys.public_key, items[i].sequence)};
  }
  return out;
}

// The peer speaks and does not take it: it has lost the key (RatchetLimits::skipped_keys), or never had it.
std::optional<Parcel> ChatService::seal_anew(const RetrySchedule::Item& item) {
  std::optional<Sealed> sealed;
  MessageId message{};
  const Status done = for_one(item.conversation, [&](store::Transaction& tx, tables::Conversation& of) -> Status {
    message = message_id(of.name, identity_.keys.public_key, item.sequence);
    Result<std::optional<Sealed>> again = outbound_.seal_again(tx, of, item.sequence);
    if (!again) return fail(again.error());
    sealed = std::move(*again);
    return {};
  });
  if (!done || !sealed) return std::nullopt;
  retries_.sealed_anew(item, seams_.clock.monotonic());
  return Parcel{std::move(sealed->topic), std::move(sealed->payload), false, message};
}

void ChatService::handed_over(const RetrySchedule::Item& item, const Status& outcome) {
  const MonotonicTime now = seams_.clock.monotonic();
  if (retries_.completed(item, outcome.has_value(), now)) {
    progress_.push_back(item);
    if (!progress_due_) progress_due_ = now + kProgressDelay;
  }
  hand_over();
}

Status ChatService::store_progress() {
  // A crash that loses this only repeats a hand-over.
  Result<store::Transaction> tx = seams_.database.write(store::Durability::normal);
  if (!tx) return fail(tx.error());
  for (const RetrySchedule::Item& item : progress_) {
    if (Status s = tables::mark_handed_over(*tx, item.conversation, item.sequence); !s) return s;
    const Result<std::optional<tables::Message>> message = tables::find_outgoing(*tx, item.conversation, item.sequence);
    if (!message) return fail(message.error());
    if (!*message || (*message)->state != tables::MessageState::pending) continue;
    if (Status s = tables::set_state(*tx, (*message)->position, tables::MessageState::sent); !s) return s;
    const Result<std::optional<tables::Conversation>> conversation = tables::find_conversation(*tx, item.conversation);
    if (!conversation) return fail(conversation.error());
    if (!*conversation) continue;
    announce(*tx, seams_.events, "message_sent", MessageProgress{(*conversation)->name, hex_bytes((*message)->id)});
  }
  if (Status s = tx->commit(); !s) return s;
  progress_.clear();
  progress_due_.reset();
  return {};
}

// One of a conversation at a time, and the same bytes until the network takes them: a key that was used for nothing is
// missing at the other end, which follows over a thousand of them and no further.
Status ChatService::send_acknowledgements() {
  if (delivery_state_ == kDisconnected) return {};
  const MonotonicTime now = seams_.clock.monotonic();
  std::vector<std::int64_t> fresh;
  for (const std::int64_t id : acks_.due(now)) {
    const auto before = acknowledging_.find(id);
    if (before == acknowledging_.end()) {
      fresh.push_back(id);
      continue;
    }
    acks_.postpone(id, now + kStall);  // or until the one before has left
    if (!before->second.under_way) hand_over_acknowledgement(id);
  }
  return for_each(fresh, [this](store::Transaction& tx, tables::Conversation& to) -> Status {
    Result<Sealed> sealed = outbound_.acknowledge(tx, to);
    if (!sealed) return fail(sealed.error());
    tx.on_commit([this, id = to.id, sealed = std::move(*sealed)] {
      acknowledging_[id] = {.parcel = {sealed.topic, sealed.payload}, .under_way = false};
      hand_over_acknowledgement(id);
    });
    return {};
  });
}

void ChatService::hand_over_acknowledgement(std::int64_t conversation) {
  Acknowledgement& acknowledgement = acknowledging_.at(conversation);
  acknowledgement.under_way = true;
  failpoint(Moment::before, "acknowledgement", "chat.peer");
  seams_.delivery.send(acknowledgement.parcel, [self = std::weak_ptr(self_), conversation](const Status& outcome) {
    if (const auto service = self.lock()) (*service)->acknowledged(conversation, outcome);
  });
}

void ChatService::acknowledged(std::int64_t conversation, const Status& outcome) {
  const MonotonicTime now = seams_.clock.monotonic();
  if (!outcome) {
    acknowledging_.at(conversation).under_way = false;
    return acks_.owe_again(conversation, now);
  }
  failpoint(Moment::after, "acknowledgement", "chat.peer");
  acknowledging_.erase(conversation);
  if (acks_.owes(conversation)) acks_.owe(conversation, now);  // what had to wait for this one
}

Status ChatService::give_up_gaps() {
  return for_each(gaps_.expired(seams_.clock.monotonic()),
                  [this](store::Transaction& tx, tables::Conversation& of) { return inbound_.give_up_gap(tx, of); });
}

// One that cannot be dealt with does not hold up the others.
Status ChatService::for_each(const std::vector<std::int64_t>& conversations, const ForOne& effect) {
  Status first_failure;
  for (const std::int64_t id : conversations) {
    const Status done = for_one(id, effect);
    if (done) {
      broken_.erase(id);
    } else if (done.error().reason.starts_with("chat.")) {  // its own fault, not the store's
      broken_.insert_or_assign(id, done.error());
      acks_.postpone(id, seams_.clock.monotonic() + kBroken);
      gaps_.postpone(id, seams_.clock.monotonic() + kBroken);
    } else if (first_failure) {
      first_failure = done;
    }
  }
  return first_failure;
}

Status ChatService::for_one(std::int64_t id, const ForOne& effect) {
  // FULL: a ratchet that has sent must not be found unsent after a power loss.
  Result<store::Transaction> tx = seams_.database.write(store::Durability::full);
  if (!tx) return fail(tx.error());
  Result<std::optional<tables::Conversation>> conversation = tables::find_conversation(*tx, id);
  if (!conversation) return fail(conversation.error());
  if (!*conversation) return fail(Code::internal, "chat.no_conversation", "something is due in no conversation");
  if (Status s = effect(*tx, **conversation); !s) return s;
  return tx->commit();
}

}  // namespace status::chat
