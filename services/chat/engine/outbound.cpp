#include "services/chat/engine/outbound.h"

#include "services/chat/protocol/limits.h"

namespace status::chat {
namespace {

std::int64_t display_time(const Clock& clock) {
  return std::clamp<std::int64_t>(clock.unix_ms(), 0, static_cast<std::int64_t>(kMaxInteger));
}

}  // namespace

Result<std::uint64_t> Outbound::enqueue(store::Transaction& tx, tables::Conversation& conversation, FrameKind kind,
                                        std::string text) {
  const std::uint64_t accepted_ns = monotonic_ns();
  const Result<std::uint64_t> waiting = tables::count_outgoing(tx, conversation.id);
  if (!waiting) return fail(waiting.error());
  if (*waiting >= limit_) {
    return fail(make_retryable(Code::resource_exhausted, "chat.outbox_full",
                               std::to_string(*waiting) + " messages of this conversation have not been acknowledged",
                               1'000));
  }
  const std::uint64_t sequence = conversation.next_sequence++;
  Frame frame{kind, {}, sequence, display_time(clock_), std::move(text)};
  Result<Sealed> sealed = seal(tx, conversation, frame);
  if (!sealed) return fail(sealed.error());
  const tables::Outgoing row{
      conversation.id, sequence, kind, frame.sent_ms, frame.text, std::move(sealed->topic), std::move(sealed->payload)};
  if (Status s = tables::insert_outgoing(tx, row); !s) return fail(s.error());
  if (Status s = tables::update_conversation(tx, conversation); !s) return fail(s.error());
  tx.on_commit([this, id = conversation.id, sequence, accepted_ns, encrypted_ns = monotonic_ns(),
                message = message_id(conversation.name, sessions_.self(), sequence)] {
    retries_.add(id, sequence, false, clock_.monotonic());
    custody_.note(metrics::Step::accepted, {.id = message}, accepted_ns);
    custody_.note(metrics::Step::encrypted, {.id = message}, encrypted_ns);
  });
  return sequence;
}

Status Outbound::enqueue_again(store::Transaction& tx, tables::Conversation& conversation) {
  Result<std::vector<tables::Outgoing>> rows = tables::outgoing_of(tx, conversation.id);
  if (!rows) return fail(rows.error());
  for (tables::Outgoing& row : *rows) {
    if (Status s = seal_again(tx, conversation, row); !s) return s;
  }
  if (Status s = tables::update_conversation(tx, conversation); !s) return s;
  tx.on_commit([this, id = conversation.id] { retries_.restart(id); });
  return {};
}

Status Outbound::seal_again(store::Transaction& tx, tables::Conversation& conversation, tables::Outgoing& row) {
  Result<Sealed> sealed = seal(tx, conversation, {row.kind, {}, row.sequence, row.time_ms, row.content});
  if (!sealed) return fail(sealed.error());
  row.topic = std::move(sealed->topic);
  row.payload = std::move(sealed->payload);
  return tables::replace_payload(tx, row);
}

Result<std::optional<Sealed>> Outbound::seal_again(store::Transaction& tx, tables::Conversation& conversation,
                                                   std::uint64_t sequence) {
  Result<std::optional<tables::Outgoing>> row = tables::content_of_outgoing(tx, conversation.id, sequence);
  if (!row) return fail(row.error());
  if (!*row) return std::optional<Sealed>();
  if (Status s = seal_again(tx, conversation, **row); !s) return fail(s.error());
  if (Status s = tables::update_conversation(tx, conversation); !s) return fail(s.error());
  return std::optional(Sealed{std::move((*row)->topic), std::move((*row)->payload)});
}

Result<Sealed> Outbound::acknowledge(store::Transaction& tx, tables::Conversation& conversation) {
  Result<Sealed> sealed = seal(tx, conversation, {});
  if (!sealed) return sealed;
  if (Status s = tables::update_conversation(tx, conversation); !s) return fail(s.error());
  return sealed;
}

Result<Sealed> Outbound::seal(store::Transaction& tx, tables::Conversation& conversation, Frame frame) {
  frame.received = conversation.received.first_ranges(kMaxAckRanges);
  Result<Sealed> sealed = sessions_.seal(tx, conversation, frame);
  if (!sealed) return sealed;
  conversation.ack_owed = false;
  tx.on_commit([this, id = conversation.id] { acks_.settled(id, clock_.monotonic()); });
  return sealed;
}

}  // namespace status::chat
