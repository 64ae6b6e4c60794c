// Puts frames into the outbox, and acknowledgements into payloads. One thread; everything happens in the caller's
// transaction, and the schedules learn of it after the commit.
#pragma once

#include "metrics/custody.h"
#include "services/chat/engine/ack_schedule.h"
#include "services/chat/engine/retry_schedule.h"
#include "services/chat/engine/session_box.h"
#include "services/chat/store/outbox_table.h"

namespace status::chat {

class Outbound {
 public:
  // `limit`: of openings and texts of one conversation that have not been acknowledged.
  Outbound(SessionBox& sessions, RetrySchedule& retries, AckSchedule& acks, const Clock& clock,
           metrics::CustodyLog custody, std::uint64_t limit)
      : sessions_(sessions),
        retries_(retries),
        acks_(acks),
        clock_(clock),
        custody_(std::move(custody)),
        limit_(limit) {}

  // Gives the frame the next sequence number, encrypts it once and stores ciphertext, ratchet state and outbox row.
  // `conversation` is updated, also in its table. RESOURCE_EXHAUSTED `chat.outbox_full`.
  Result<std::uint64_t> enqueue(store::Transaction& tx, tables::Conversation& conversation, FrameKind kind,
                                std::string text);

  // Encrypts what has not been acknowledged again, in the session that the conversation sends in now.
  Status enqueue_again(store::Transaction& tx, tables::Conversation& conversation);

  // The same for one of them, of which it gives the new bytes; nothing when it is acknowledged meanwhile.
  Result<std::optional<Sealed>> seal_again(store::Transaction& tx, tables::Conversation& conversation,
                                           std::uint64_t sequence);

  // An acknowledgement of all that came.
  Result<Sealed> acknowledge(store::Transaction& tx, tables::Conversation& conversation);

 private:
  Status seal_again(store::Transaction& tx, tables::Conversation& conversation, tables::Outgoing& row);
  // Every frame carries an acknowledgement, so the conversation owes none afterwards.
  Result<Sealed> seal(store::Transaction& tx, tables::Conversation& conversation, Frame frame);

  SessionBox& sessions_;
  RetrySchedule& retries_;
  AckSchedule& acks_;
  const Clock& clock_;
  const metrics::CustodyLog custody_;
  const std::uint64_t limit_;
};

}  // namespace status::chat
