// The half of the service that runs on the intake thread: from the backend's reports to the log and to events.
#include <algorithm>

#include "ipc/api/convert.h"
#include "services/waku/service.h"
#include "services/waku/views.h"

namespace status::waku {

Status WakuService::commit(const IntakeBatch& batch) {
  const bool due = !batch.messages.empty() || !batch.outcomes.empty();
  if (due || batch.position > position_) {
    // A position alone saves the next start some reading: nothing waits for it while the disk is full.
    if (Status stored = store(batch); !stored && due) return stored;
  }
  for (const Outcome& outcome : batch.outcomes) publish(outcome);
  for (const Connection connection : batch.connections) {
    seams_.events.publish("connection", api::to_value(ConnectionChanged{std::string(to_word(connection))}));
  }
  for (const std::string& notice : batch.notices) seams_.events.note(notice);
  return {};
}

Status WakuService::store(const IntakeBatch& batch) {
  const auto durability = batch.messages.empty() ? store::Durability::normal : store::Durability::full;
  Result<store::Transaction> tx = seams_.database.write(durability);
  if (!tx) return fail(tx.error());
  std::uint64_t position = std::max(position_, batch.position);
  for (const ReceivedMessage& message : batch.messages) {
    if (Status appended = append(*tx, message); !appended) return appended;
    position = std::max(position, message.position);
  }
  for (const Outcome& outcome : batch.outcomes) {
    if (Status settled = settle(*tx, outcome); !settled) return settled;
  }
  if (Status moved = tables::set_position(*tx, position); !moved) return moved;
  if (Status committed = tx->commit(); !committed) return committed;
  position_ = position;
  return {};
}

Status WakuService::append(store::Transaction& tx, const ReceivedMessage& message) {
  const Result<bool> fresh = tables::add_received(tx, message.hash);
  if (!fresh) return fail(fresh.error());
  if (*fresh) {
    const Result<Bytes> data = api::encode(view_of(message.hash, message.pubsub_topic, message.message));
    if (data) {  // a topic that is no text comes through no backend of ours; it could not be told to anybody
      const auto seq = messages_->append(
          tx, {.topic = "waku.message_received", .generation = seams_.generation, .trace = {}, .data = *data});
      if (!seq) return fail(seq.error());
      const Result<std::string> module = tables::subscribed_module(tx, message.message.content_topic);
      if (!module) return fail(module.error());
      // What a death keeps from being committed need not come again: nobody stores what is ephemeral. The time is from
      // before the commit, after which the module may have read it already.
      tx.on_commit([this, hash = message.hash, module = *module, at_ns = monotonic_ns()] {
        seams_.custody.hand_over(metrics::Step::received, {.hash = hash}, module, at_ns);
      });
    }
  }
  tx.on_commit([this, counter = *fresh ? &received_ : &received_before_] { ++*counter; });
  return {};
}

// An own message whose fate is known needs no row any more. What others did is noted before it is stored: it has
// happened. One whose hash in the network the backend names counts as received under that: a store may give it back.
Status WakuService::settle(store::Transaction& tx, const Outcome& outcome) {
  const metrics::MessageNames names{.hash = outcome.hash};
  if (outcome.kind == Outcome::Kind::sent) seams_.custody.end(metrics::Step::stored, names);
  if (outcome.kind == Outcome::Kind::unconfirmed) seams_.custody.end(metrics::Step::propagated, names);
  if (outcome.kind == Outcome::Kind::propagated) {
    const std::optional<Outbox::Request> request = outbox_.request_of(outcome.hash);
    const bool is_end = request && request->ephemeral;  // nobody stores it
    is_end ? seams_.custody.end(metrics::Step::propagated, names)
           : seams_.custody.note(metrics::Step::propagated, names);
  }
  if (outcome.kind == Outcome::Kind::propagated) {
    if (!outcome.network_hash) return {};
    const Result<bool> added = tables::add_received(tx, *outcome.network_hash);
    return added ? Status() : Status(fail(added.error()));
  }
  return tables::remove_own_message(tx, outcome.hash);
}

void WakuService::publish(const Outcome& outcome) {
  const std::optional<Outbox::Request> request = outbox_.request_of(outcome.hash);
  if (!request) return;
  SendProgress progress{{request->id}, hex_of(outcome.hash), {}};
  if (outcome.network_hash && *outcome.network_hash != outcome.hash) {
    progress.network_hash = hex_of(*outcome.network_hash);
  }
  switch (outcome.kind) {
    case Outcome::Kind::propagated:
      seams_.events.publish("propagated", api::to_value(progress));
      if (!request->ephemeral) return;
      break;
    case Outcome::Kind::sent:
      seams_.events.publish("sent", api::to_value(progress));
      break;
    case Outcome::Kind::unconfirmed:
      break;
    case Outcome::Kind::failed:
      seams_.events.publish("error", api::to_value(SendFailure{progress.request_id, progress.message_hash,
                                                               outcome.error.reason, outcome.error.message}));
      break;
  }
  outbox_.finish(outcome.hash);
}

void WakuService::ask_again() {
  ++asked_again_;
  seams_.backend.resume(position_);
}

std::optional<MonotonicTime> WakuService::next_tick() {
  // A message that the outbox takes in meanwhile wakes nobody: it is looked at no later than this.
  const MonotonicTime look = seams_.clock.monotonic() + seams_.timing.forget;
  return std::min({outbox_.next_attention().value_or(look), look, next_housekeeping_});
}

void WakuService::tick() {
  const std::vector<MessageHash> forgotten = outbox_.tick();
  if (!forgotten.empty()) forget(forgotten);
  const MonotonicTime now = seams_.clock.monotonic();
  if (now < next_housekeeping_) return;
  next_housekeeping_ = now + seams_.timing.housekeeping;
  drop_consumers();
}

// So that a front end that is gone for good does not keep messages for ever.
void WakuService::drop_consumers() {
  const Result<std::vector<std::string>> gone = messages_->drop_unseen();
  if (!gone) return seams_.events.note("consumers could not be dropped: " + gone.error().describe());
  for (const std::string& consumer : *gone) {
    seams_.events.publish("consumer_dropped", api::to_value(ConsumerDropped{"waku.messages.next", consumer}));
  }
}

void WakuService::forget(const std::vector<MessageHash>& forgotten) {
  Result<store::Transaction> tx = seams_.database.write(store::Durability::normal);
  Status removed = tx ? Status() : Status(fail(tx.error()));
  for (const MessageHash& hash : forgotten) {
    seams_.custody.end(metrics::Step::given_up, {.hash = hash});
    if (removed) removed = tables::remove_own_message(*tx, hash);
  }
  if (removed) removed = tx->commit();
  // The next start offers them once more, which does no harm.
  if (!removed) seams_.events.note("finished messages could not be removed: " + removed.error().describe());
}

}  // namespace status::waku
