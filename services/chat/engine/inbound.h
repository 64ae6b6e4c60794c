// What comes from the network: decrypted, acknowledgements applied, shown in the sender's order. One thread; each page
// of the network module's stream is one transaction, so that a thousand messages that waited cost ten commits.
#pragma once

#include "metrics/custody.h"
#include "services/chat/engine/ack_schedule.h"
#include "services/chat/engine/delivery.h"
#include "services/chat/engine/gap_timers.h"
#include "services/chat/engine/retry_schedule.h"
#include "services/chat/engine/session_box.h"
#include "services/host/store/database.h"

namespace status::chat {

struct WakuInbound {
  Bytes hash;  // of the Waku message
  std::string topic;
  Bytes payload;
};

// A page of the network module's durable stream.
struct WakuPage {
  std::vector<WakuInbound> messages;
  std::string cursor;  // of the stream after them; empty: not a stream
};

struct InboundLimits {
  std::size_t held = 1'000;      // frames kept back in a conversation before a gap is given up
  std::uint64_t ahead = 16'384;  // sequence numbers beyond the contiguous ones
  std::size_t ranges = 256;      // islands of received numbers in a conversation
  std::size_t sessions = 8;      // of a conversation
  // In all. Each has a content topic, the inbox is one more, and the network module takes 20,000.
  std::size_t all_sessions = 19'999;
  std::size_t conversations = 10'000;
};

// Why there can be no more sessions: RESOURCE_EXHAUSTED `chat.node_full`. An error is the store's.
Result<std::optional<Error>> no_room_for_session(store::Transaction& tx, const InboundLimits& limits);

class Inbound {
 public:
  struct Parts {
    store::Database& database;
    Delivery& delivery;
    EventSink& events;
    const Clock& clock;
    const PublicKey& self;
    SessionBox& sessions;
    RetrySchedule& retries;
    AckSchedule& acks;
    GapTimers& gaps;
    metrics::CustodyLog custody;
  };
  Inbound(const Parts& parts, const InboundLimits& limits) : parts_(parts), limits_(limits) {}

  // Success: all of it is committed, whether it was of use, a duplicate or broken, and the cursor with it. An error is
  // the store's: nothing has changed, give the page again later.
  Status handle(const WakuPage& page);

  // Gives up the first gap of a conversation: what comes after it is shown.
  Status give_up_gap(store::Transaction& tx, tables::Conversation& conversation);

 private:
  // What came of a message: where its custody ends, and what is known of it by then.
  struct Fate {
    metrics::Step end = metrics::Step::passed_over;
    MessageId message{};             // all zero: it has no name
    std::uint64_t decrypted_ns = 0;  // 0: it was not
  };

  Status commit(store::Transaction& tx, const WakuPage& page, const std::vector<Fate>& fates);
  void note_taken(const WakuPage& page) const;
  Result<bool> all_seen(const std::vector<Bytes>& digests);
  Result<Fate> handle(store::Transaction& tx, const WakuInbound& message, ByteView digest);
  Result<Fate> reject(store::Transaction& tx, const Rejected& rejected, const WakuInbound& message);
  Result<Fate> apply(store::Transaction& tx, Opened opened, const WakuInbound& message, ByteView digest);
  // The conversation of a session; without an id when it is not stored yet, because the session is new and its peer
  // unknown. Refusals of the peer's wish, not of the store, go to `refused`.
  Result<tables::Conversation> conversation_of(store::Transaction& tx, const Opened& opened,
                                               std::optional<Error>& refused);
  Status keep_session(store::Transaction& tx, Opened& opened, std::int64_t conversation);
  // Why a frame cannot be placed yet. It is not acknowledged and comes again, when the gaps before it are closed.
  std::optional<Error> too_far_ahead(const tables::Conversation& conversation, const Frame& frame) const;
  Status apply_frame(store::Transaction& tx, tables::Conversation& conversation, const Frame& frame);
  Status apply_acknowledgement(store::Transaction& tx, const tables::Conversation& conversation,
                               const SequenceSet& received);
  // Shows a frame, or keeps it back until those before it have come.
  Status place(store::Transaction& tx, tables::Conversation& conversation, const Frame& frame);
  Status show(store::Transaction& tx, tables::Conversation& conversation, const Frame& frame, bool late);
  Status show_held(store::Transaction& tx, tables::Conversation& conversation);
  void watch_gap(store::Transaction& tx, const tables::Conversation& conversation, bool waiting);
  Result<Fate> note_failure(store::Transaction& tx, const Error& error, const WakuInbound& message);

  const Parts parts_;
  const InboundLimits limits_;
};

}  // namespace status::chat
