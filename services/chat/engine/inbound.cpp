#include "services/chat/engine/inbound.h"

#include "services/chat/engine/views.h"
#include "services/chat/store/identity_table.h"
#include "services/chat/store/inbound_table.h"
#include "services/chat/store/outbox_table.h"

namespace status::chat {

Result<std::optional<Error>> no_room_for_session(store::Transaction& tx, const InboundLimits& limits) {
  const Result<std::size_t> sessions = tables::count_all_sessions(tx);
  if (!sessions) return fail(sessions.error());
  if (*sessions < limits.all_sessions) return std::nullopt;
  return make_error(Code::resource_exhausted, "chat.node_full",
                    "this node has " + std::to_string(*sessions) + " sessions, which is the limit");
}

Status Inbound::handle(const WakuPage& page) {
  note_taken(page);
  std::vector<Bytes> digests;
  for (const WakuInbound& message : page.messages) {
    const Digest whole = sha256({message.payload});
    digests.push_back(to_bytes(ByteView(whole).first(16)));
  }
  const Result<bool> repetition = all_seen(digests);
  if (!repetition) return fail(repetition.error());
  // A repetition is not worth an fsync: without it, it is only seen once more.
  Result<store::Transaction> tx =
      parts_.database.write(*repetition ? store::Durability::normal : store::Durability::full);
  if (!tx) return fail(tx.error());
  std::vector<Fate> fates;
  for (std::size_t i = 0; i < digests.size(); ++i) {
    const Result<Fate> fate = handle(*tx, page.messages[i], digests[i]);
    if (!fate) return fail(fate.error());
    fates.push_back(*fate);
  }
  if (!page.cursor.empty()) {
    if (Status s = tables::save_cursor(*tx, page.cursor); !s) return s;
  }
  return commit(*tx, page, fates);
}

// What was noted before a commit that does not come about comes again, with the page.
Status Inbound::commit(store::Transaction& tx, const WakuPage& page, const std::vector<Fate>& fates) {
  for (std::size_t i = 0; i < fates.size(); ++i) {
    const metrics::MessageNames names{page.messages[i].hash, fates[i].message};
    if (fates[i].decrypted_ns != 0) parts_.custody.note(metrics::Step::decrypted, names, fates[i].decrypted_ns);
    parts_.custody.end(fates[i].end, names);
  }
  Status committed = tx.commit();
  if (!committed) note_taken(page);
  return committed;
}

void Inbound::note_taken(const WakuPage& page) const {
  for (const WakuInbound& message : page.messages) {
    parts_.custody.note(metrics::Step::handed_to_chat, {.hash = message.hash});
  }
}

Result<bool> Inbound::all_seen(const std::vector<Bytes>& digests) {
  Result<store::Transaction> tx = parts_.database.read();
  if (!tx) return fail(tx.error());
  for (const Bytes& digest : digests) {
    const auto seen = tables::find_seen(*tx, digest);
    if (!seen) return fail(seen.error());
    if (!*seen) return false;
  }
  return true;
}

Result<Inbound::Fate> Inbound::handle(store::Transaction& tx, const WakuInbound& message, ByteView digest) {
  const auto seen = tables::find_seen(tx, digest);
  if (!seen) return fail(seen.error());
  if (*seen) {
    // The peer sends again what it has no acknowledgement of: it gets another one.
    tx.on_commit([this, id = **seen] { parts_.acks.owe_again(id, parts_.clock.monotonic()); });
    return Fate{};
  }
  Result<std::variant<Opened, Rejected>> opening = parts_.sessions.open(tx, message.topic, message.payload);
  if (!opening) return fail(opening.error());
  if (auto* opened = std::get_if<Opened>(&*opening)) return apply(tx, std::move(*opened), message, digest);
  return reject(tx, std::get<Rejected>(*opening), message);
}

// The key of what comes late may be gone (PROTOCOL.md section 6). Whoever sends it again and again learns that this node
// is there, and still without it.
Result<Inbound::Fate> Inbound::reject(store::Transaction& tx, const Rejected& rejected, const WakuInbound& message) {
  if (rejected.conversation != 0) {
    tx.on_commit([this, id = rejected.conversation] { parts_.acks.owe_again(id, parts_.clock.monotonic()); });
  }
  return note_failure(tx, rejected.error, message);
}

Result<Inbound::Fate> Inbound::apply(store::Transaction& tx, Opened opened, const WakuInbound& message,
                                     ByteView digest) {
  Fate fate{.end = metrics::Step::committed, .decrypted_ns = monotonic_ns()};
  std::optional<Error> refused;
  const Result<Frame> frame = parse_frame(opened.plaintext);
  if (!frame && opened.starts_session) return note_failure(tx, frame.error(), message);
  Result<tables::Conversation> conversation = conversation_of(tx, opened, refused);
  if (!conversation) return fail(conversation.error());
  if (!refused && frame) refused = too_far_ahead(*conversation, *frame);
  // Before anything is kept: the same bytes come again, and must find the state that can decrypt them.
  if (refused) return note_failure(tx, *refused, message);
  if (conversation->id == 0) {
    if (Status s = tables::insert_conversation(tx, *conversation); !s) return fail(s.error());
  }
  if (Status s = keep_session(tx, opened, conversation->id); !s) return fail(s.error());
  if (Status s = tables::remember_seen(tx, digest, conversation->id); !s) return fail(s.error());
  if (!frame) return note_failure(tx, frame.error(), message);
  if (frame->kind != FrameKind::acknowledgement) {
    fate.message = message_id(conversation->name, conversation->peer, frame->sequence);
  }
  if (Status s = apply_frame(tx, *conversation, *frame); !s) return fail(s.error());
  return fate;
}

Result<tables::Conversation> Inbound::conversation_of(store::Transaction& tx, const Opened& opened,
                                                      std::optional<Error>& refused) {
  tables::Conversation fresh;
  if (opened.starts_session) fresh.name = conversation_id(parts_.self, opened.peer);
  Result<std::optional<tables::Conversation>> found = opened.starts_session
                                                          ? tables::find_conversation(tx, std::string_view(fresh.name))
                                                          : tables::find_conversation(tx, opened.session.conversation);
  if (!found) return fail(found.error());
  if (opened.starts_session) {
    Result<std::optional<Error>> full = no_room_for_session(tx, limits_);
    if (!full) return fail(full.error());
    refused = std::move(*full);
  }
  if (*found) {
    if (!opened.starts_session) return std::move(**found);
    const Result<std::size_t> sessions = tables::count_sessions(tx, (*found)->id);
    if (!sessions) return fail(sessions.error());
    if (*sessions >= limits_.sessions) {
      refused = make_error(Code::resource_exhausted, "chat.too_many_sessions",
                           "the peer has started too many sessions of this conversation");
    }
    return std::move(**found);
  }
  const Result<std::size_t> conversations = tables::count_conversations(tx);
  if (!conversations) return fail(conversations.error());
  if (*conversations >= limits_.conversations) {
    refused =
        make_error(Code::resource_exhausted, "chat.too_many_conversations", "the limit of conversations is reached");
    return fresh;
  }
  fresh.peer = opened.peer;
  fresh.created_ms = parts_.clock.unix_ms();
  fresh.visible = false;  // until there is something to show
  return fresh;
}

std::optional<Error> Inbound::too_far_ahead(const tables::Conversation& conversation, const Frame& frame) const {
  if (frame.kind == FrameKind::acknowledgement || conversation.received.contains(frame.sequence)) return std::nullopt;
  SequenceSet received = conversation.received;
  received.insert(frame.sequence);
  if (frame.sequence - conversation.received.contiguous() <= limits_.ahead &&
      received.ranges().size() <= limits_.ranges) {
    return std::nullopt;
  }
  return make_error(Code::out_of_range, "chat.bad_sequence",
                    "message " + std::to_string(frame.sequence) + " is too far ahead of the others");
}

Status Inbound::keep_session(store::Transaction& tx, Opened& opened, std::int64_t conversation) {
  tables::Session& session = opened.session;
  session.confirmed = true;
  if (!opened.starts_session) return tables::update_session(tx, session);
  session.conversation = conversation;
  if (Status s = tables::insert_session(tx, session); !s) return s;
  tx.on_commit([&delivery = parts_.delivery, topic = session.receive_topic] { delivery.subscribe(topic); });
  if (opened.used_one_time_prekey == 0) return {};
  return tables::delete_prekey(tx, opened.used_one_time_prekey);
}

Status Inbound::apply_frame(store::Transaction& tx, tables::Conversation& conversation, const Frame& frame) {
  if (Status s = apply_acknowledgement(tx, conversation, frame.received); !s) return s;
  if (frame.kind == FrameKind::acknowledgement) return {};
  if (Status s = place(tx, conversation, frame); !s) return s;
  return tables::update_conversation(tx, conversation);
}

Status Inbound::apply_acknowledgement(store::Transaction& tx, const tables::Conversation& conversation,
                                      const SequenceSet& received) {
  std::vector<std::uint64_t> covered = parts_.retries.covered(conversation.id, received);
  for (const std::uint64_t sequence : covered) {
    parts_.custody.end(metrics::Step::acknowledged, {.id = message_id(conversation.name, parts_.self, sequence)});
    if (Status s = tables::delete_outgoing(tx, conversation.id, sequence); !s) return s;
    const Result<std::optional<tables::Message>> message = tables::find_outgoing(tx, conversation.id, sequence);
    if (!message) return fail(message.error());
    // Delivered: acknowledged twice in one page.
    if (!*message || (*message)->state == tables::MessageState::delivered) continue;
    if (Status s = tables::set_state(tx, (*message)->position, tables::MessageState::delivered); !s) return s;
    const MessageProgress progress{conversation.name, hex_bytes((*message)->id)};
    if ((*message)->state == tables::MessageState::pending) announce(tx, parts_.events, "message_sent", progress);
    announce(tx, parts_.events, "message_delivered", progress);
  }
  tx.on_commit([this, id = conversation.id, covered = std::move(covered)] {
    for (const std::uint64_t sequence : covered) parts_.retries.remove(id, sequence);
    parts_.retries.heard(id, !covered.empty(), parts_.clock.monotonic());
  });
  return {};
}

Status Inbound::place(store::Transaction& tx, tables::Conversation& conversation, const Frame& frame) {
  if (conversation.received.contains(frame.sequence)) {
    // The same content in another session, or a copy that the digest has forgotten.
    tx.on_commit([this, id = conversation.id] { parts_.acks.owe_again(id, parts_.clock.monotonic()); });
    return {};
  }
  conversation.received.insert(frame.sequence);
  conversation.ack_owed = true;
  tx.on_commit([this, id = conversation.id] { parts_.acks.owe(id, parts_.clock.monotonic()); });

  if (frame.sequence < conversation.next_shown) return show(tx, conversation, frame, true);
  if (frame.sequence == conversation.next_shown) {
    if (Status s = show(tx, conversation, frame, false); !s) return s;
    ++conversation.next_shown;
    return show_held(tx, conversation);
  }
  if (Status s = tables::hold(tx, conversation.id, frame); !s) return s;
  const Result<std::uint64_t> held = tables::count_held(tx, conversation.id);
  if (!held) return fail(held.error());
  if (*held > limits_.held) return give_up_gap(tx, conversation);
  watch_gap(tx, conversation, true);
  return {};
}

Status Inbound::show_held(store::Transaction& tx, tables::Conversation& conversation) {
  while (true) {
    const Result<std::optional<Frame>> lowest = tables::lowest_held(tx, conversation.id);
    if (!lowest) return fail(lowest.error());
    if (!*lowest || (*lowest)->sequence != conversation.next_shown) {
      watch_gap(tx, conversation, lowest->has_value());
      return {};
    }
    if (Status s = tables::release_held(tx, conversation.id, conversation.next_shown); !s) return s;
    if (Status s = show(tx, conversation, **lowest, false); !s) return s;
    ++conversation.next_shown;
  }
}

Status Inbound::give_up_gap(store::Transaction& tx, tables::Conversation& conversation) {
  const Result<std::optional<Frame>> lowest = tables::lowest_held(tx, conversation.id);
  if (!lowest) return fail(lowest.error());
  if (*lowest) {
    announce(tx, parts_.events, "message_missing",
             MessageMissing{conversation.name, (*lowest)->sequence - conversation.next_shown});
    conversation.next_shown = (*lowest)->sequence;
  }
  if (Status s = show_held(tx, conversation); !s) return s;
  return tables::update_conversation(tx, conversation);
}

Status Inbound::show(store::Transaction& tx, tables::Conversation& conversation, const Frame& frame, bool late) {
  if (!conversation.visible) {
    conversation.visible = true;
    announce(tx, parts_.events, "conversation_created",
             ConversationCreated{conversation.name, hex_bytes(conversation.peer), false});
  }
  if (frame.kind != FrameKind::text) return {};
  tables::Message message;
  message.conversation = conversation.id;
  message.sequence = frame.sequence;
  message.id = message_id(conversation.name, conversation.peer, frame.sequence);
  message.time_ms = frame.sent_ms;
  message.content = frame.text;
  message.state = tables::MessageState::received;
  message.late = late;
  if (Status s = tables::insert_message(tx, message); !s) return s;
  announce(tx, parts_.events, "message_received",
           MessageReceived{conversation.name, view_of(message, conversation, parts_.self)});
  return {};
}

void Inbound::watch_gap(store::Transaction& tx, const tables::Conversation& conversation, bool waiting) {
  tx.on_commit([this, id = conversation.id, missing = conversation.next_shown, waiting] {
    if (waiting) {
      parts_.gaps.waiting(id, missing, parts_.clock.monotonic());
    } else {
      parts_.gaps.closed(id);
    }
  });
}

Result<Inbound::Fate> Inbound::note_failure(store::Transaction& tx, const Error& error, const WakuInbound& message) {
  announce(tx, parts_.events, "inbound_error", InboundError{error.reason, {message.hash}});
  const Status added = tables::add_failure(tx, {0, parts_.clock.unix_ms(), error.reason, error.message, message.hash});
  if (!added) return fail(added.error());
  return Fate{.end = metrics::Step::refused};
}

}  // namespace status::chat
