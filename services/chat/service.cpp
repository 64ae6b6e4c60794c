#include "services/chat/service.h"

#include "ipc/api/convert.h"
#include "ipc/base/words.h"
#include "services/chat/engine/views.h"
#include "services/chat/protocol/introduction.h"
#include "services/chat/protocol/limits.h"
#include "services/chat/store/identity_table.h"
#include "services/chat/store/schema.h"

namespace status::chat {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kSignedPrekeyUsedMs = 7 * kDayMs;
constexpr std::int64_t kInvitationTravelMs = 30 * kDayMs;  // how long an invitation may be on its way
constexpr std::int64_t kSignedPrekeyKeptMs = kSignedPrekeyUsedMs + 30 * kDayMs + kInvitationTravelMs;

Status check_text(std::string_view text, std::size_t min, std::size_t max, std::string_view what) {
  const std::optional<std::size_t> size = count_code_points(text);
  if (size && *size >= min && *size <= max) return {};
  return fail(Code::invalid_argument, "chat.bad_text",
              size ? std::string(what) + " has " + std::to_string(*size) + " code points, allowed are " +
                         std::to_string(min) + " to " + std::to_string(max)
                   : std::string(what) + " is not UTF-8");
}

Result<std::optional<tables::StoredIdentity>> stored_identity(store::Database& database) {
  Result<store::Transaction> tx = database.read();
  if (!tx) return fail(tx.error());
  return tables::load_identity(*tx);
}

// Writes only the first time, so that a node starts on a full disk.
Result<tables::StoredIdentity> load_or_make_identity(store::Database& database, const Clock& clock, Random& random) {
  Result<std::optional<tables::StoredIdentity>> stored = stored_identity(database);
  if (!stored) return fail(stored.error());
  if (*stored) return std::move(**stored);
  const tables::StoredIdentity made{IdentityKeyPair::generate(random), clock.unix_ms()};
  Result<store::Transaction> tx = database.write();
  if (!tx) return fail(tx.error());
  if (Status s = tables::save_identity(*tx, made); !s) return fail(s.error());
  if (Status s = tx->commit(); !s) return fail(s.error());
  return made;
}

// The newest while it is young, else a new one.
Result<tables::StoredPrekey> current_signed_prekey(store::Transaction& tx, std::int64_t now_ms, Random& random) {
  Result<std::optional<tables::StoredPrekey>> newest = tables::newest_signed_prekey(tx);
  if (!newest) return fail(newest.error());
  if (*newest && (*newest)->created_ms + kSignedPrekeyUsedMs > now_ms) return std::move(**newest);
  tables::StoredPrekey made{0, KeyPair::generate(random), now_ms};
  const Result<std::uint32_t> id =
      tables::add_prekey(tx, tables::PrekeyKind::signed_prekey, made.pair, now_ms, now_ms + kSignedPrekeyKeptMs);
  if (!id) return fail(id.error());
  made.id = *id;
  return made;
}

}  // namespace

Result<std::unique_ptr<ChatService>> ChatService::open(const Seams& seams, const ChatConfig& config) {
  const Result<store::MigrationOutcome> migrated = store::migrate(seams.database, migrations());
  if (!migrated) return fail(migrated.error());
  Result<std::unique_ptr<store::Idempotency>> idempotency = store::Idempotency::open(seams.database);
  if (!idempotency) return fail(idempotency.error());
  Result<tables::StoredIdentity> identity = load_or_make_identity(seams.database, seams.clock, seams.random);
  if (!identity) return fail(identity.error());
  std::unique_ptr<ChatService> service(new ChatService(seams, config, *identity, std::move(*idempotency)));
  if (Status resumed = service->resume(); !resumed) return fail(resumed.error());
  return service;
}

ChatService::ChatService(const Seams& seams, const ChatConfig& config, const tables::StoredIdentity& identity,
                         std::unique_ptr<store::Idempotency> idempotency)
    : seams_(seams),
      config_(config),
      identity_(identity),
      idempotency_(std::move(idempotency)),
      retries_(config.retry, seams.random),
      acks_(config.ack_delay, config.duplicate_ack_interval),
      gaps_(config.gap_timeout),
      ratchet_(identity_.keys, seams.random, config.ratchet),
      around_(seams.around_sessions ? seams.around_sessions(ratchet_) : nullptr),
      sessions_(identity_.keys.public_key, around_ ? *around_ : ratchet_),
      outbound_(sessions_, retries_, acks_, seams.clock, seams.custody, config.max_unacknowledged),
      inbound_({seams.database, seams.delivery, seams.events, seams.clock, identity_.keys.public_key, sessions_,
                retries_, acks_, gaps_, seams.custody},
               config.inbound) {}

ChatService::~ChatService() = default;

template <class M, class Effect>
Result<typename M::Reply> ChatService::write(std::string_view method, const typename M::Request& request,
                                             const Caller& caller, Effect effect) {
  using Reply = typename M::Reply;
  std::optional<store::Idempotency::Claim> claim;
  if (!caller.idempotency_key.empty()) {
    const Result<Bytes> params = api::encode(request);
    if (!params) return fail(params.error());
    auto claimed = idempotency_->claim({caller.name, std::string(method), caller.idempotency_key}, *params);
    if (!claimed) return fail(claimed.error());
    if (const auto& stored = claimed->stored_reply()) return api::decode<Reply>(*stored, api::Mode::lenient);
    claim.emplace(std::move(*claimed));
  }
  Result<store::Transaction> tx = seams_.database.write(store::Durability::full);
  if (!tx) return fail(tx.error());
  Result<Reply> reply = effect(*tx);
  if (!reply) return reply;
  if (claim) {
    const Result<Bytes> encoded = api::encode(*reply);
    if (!encoded) return fail(encoded.error());
    if (Status s = claim->store(*tx, *encoded); !s) return fail(s.error());
  }
  if (Status s = tx->commit(); !s) return fail(s.error());
  hand_over();
  return reply;
}

Result<tables::Conversation> ChatService::require_conversation(store::Transaction& tx, const std::string& name) {
  Result<std::optional<tables::Conversation>> found = tables::find_conversation(tx, std::string_view(name));
  if (!found) return fail(found.error());
  if (*found && (*found)->visible) return std::move(**found);
  return fail(Code::not_found, "chat.unknown_conversation", "there is no conversation " + in_quotes(name));
}

Result<CreateIntroduction::Reply> ChatService::create_introduction(const CreateIntroduction::Request& request,
                                                                   const Caller& caller) {
  using Reply = CreateIntroduction::Reply;
  return write<CreateIntroduction>(
      "create_introduction", request, caller, [&](store::Transaction& tx) -> Result<Reply> {
        const std::int64_t now_ms = seams_.clock.unix_ms();
        if (Status s = tables::delete_expired_prekeys(tx, now_ms); !s) return fail(s.error());
        const Result<tables::StoredPrekey> prekey = current_signed_prekey(tx, now_ms, seams_.random);
        if (!prekey) return fail(prekey.error());
        Introduction introduction;
        introduction.expires_ms = now_ms + request.valid_ms;
        introduction.bundle.identity = identity_.keys.public_key;
        introduction.bundle.signed_prekey_id = prekey->id;
        introduction.bundle.signed_prekey = prekey->pair.public_key;
        if (request.single_use) {
          const KeyPair pair = KeyPair::generate(seams_.random);
          const Result<std::uint32_t> id = tables::add_prekey(tx, tables::PrekeyKind::one_time, pair, now_ms,
                                                              introduction.expires_ms + kInvitationTravelMs);
          if (!id) return fail(id.error());
          introduction.bundle.one_time_prekey_id = *id;
          introduction.bundle.one_time_prekey = pair.public_key;
        }
        return Reply{encode_introduction(introduction, identity_.keys), introduction.expires_ms};
      });
}

Result<CreateConversation::Reply> ChatService::create_conversation(const CreateConversation::Request& request,
                                                                   const Caller& caller) {
  const Result<Introduction> introduction = parse_introduction(request.introduction);
  if (!introduction) return fail(introduction.error());
  if (introduction->bundle.identity == identity_.keys.public_key) {
    return fail(Code::invalid_argument, "chat.own_introduction", "the introduction is this node's own");
  }
  if (Status s = check_expiry(*introduction, seams_.clock.unix_ms()); !s) return fail(s.error());
  return write<CreateConversation>("create_conversation", request, caller, [&](store::Transaction& tx) {
    return start_conversation(tx, introduction->bundle);
  });
}

Result<CreateConversation::Reply> ChatService::start_conversation(store::Transaction& tx, const PrekeyBundle& bundle) {
  const std::string name = conversation_id(identity_.keys.public_key, bundle.identity);
  Result<std::optional<tables::Conversation>> found = tables::find_conversation(tx, std::string_view(name));
  if (!found) return fail(found.error());
  const bool created = !*found || !(*found)->visible;
  tables::Conversation conversation = found->value_or(tables::Conversation());
  conversation.visible = true;
  if (*found) {
    if (Status s = tables::update_conversation(tx, conversation); !s) return fail(s.error());
    if (Status s = invite_again(tx, conversation, bundle); !s) return fail(s.error());
  } else {
    const Result<std::size_t> count = tables::count_conversations(tx);
    if (!count) return fail(count.error());
    if (*count >= config_.inbound.conversations) {
      return fail(Code::resource_exhausted, "chat.too_many_conversations", "the limit of conversations is reached");
    }
    conversation.name = name;
    conversation.peer = bundle.identity;
    conversation.created_ms = seams_.clock.unix_ms();
    if (Status s = tables::insert_conversation(tx, conversation); !s) return fail(s.error());
    if (Status s = start_session(tx, conversation, bundle); !s) return fail(s.error());
    const Result<std::uint64_t> opening = outbound_.enqueue(tx, conversation, FrameKind::opening, "");
    if (!opening) return fail(opening.error());
  }
  if (created) {
    announce(tx, seams_.events, "conversation_created", ConversationCreated{name, hex_bytes(bundle.identity), true});
  }
  return CreateConversation::Reply{name, hex_bytes(bundle.identity), created};
}

Status ChatService::start_session(store::Transaction& tx, const tables::Conversation& conversation,
                                  const PrekeyBundle& bundle) {
  const Result<std::optional<Error>> full = no_room_for_session(tx, config_.inbound);
  if (!full) return fail(full.error());
  if (*full) return fail(**full);
  const Result<tables::Session> session = sessions_.initiate(tx, conversation, bundle);
  if (!session) return fail(session.error());
  tx.on_commit([this, topic = session->receive_topic] { seams_.delivery.subscribe(topic); });
  return {};
}

// A session that was never answered may never be: its introduction may have expired on the way. A newer one replaces
// it.
Status ChatService::invite_again(store::Transaction& tx, tables::Conversation& conversation,
                                 const PrekeyBundle& bundle) {
  const Result<std::optional<tables::Session>> session = tables::session_to_send_in(tx, conversation.id);
  if (!session) return fail(session.error());
  if (!*session || (*session)->confirmed || !(*session)->invitation) return {};
  const X3dhHeader& used = *(*session)->invitation;
  if (used.signed_prekey_id == bundle.signed_prekey_id && used.one_time_prekey_id == bundle.one_time_prekey_id) {
    return {};
  }
  const Result<std::size_t> sessions = tables::count_sessions(tx, conversation.id);
  if (!sessions) return fail(sessions.error());
  if (*sessions >= config_.inbound.sessions) {
    return fail(Code::resource_exhausted, "chat.too_many_sessions", "the peer has not answered any of the invitations");
  }
  if (Status s = start_session(tx, conversation, bundle); !s) return s;
  return outbound_.enqueue_again(tx, conversation);
}

Result<SendMessage::Reply> ChatService::send_message(const SendMessage::Request& request, const Caller& caller) {
  using Reply = SendMessage::Reply;
  if (Status s = check_text(request.content, 1, kMaxTextCodePoints, "the text"); !s) return fail(s.error());
  return write<SendMessage>("send_message", request, caller, [&](store::Transaction& tx) -> Result<Reply> {
    Result<tables::Conversation> conversation = require_conversation(tx, request.conversation);
    if (!conversation) return fail(conversation.error());
    tables::Message message;
    message.time_ms = seams_.clock.unix_ms();
    const Result<std::uint64_t> sequence = outbound_.enqueue(tx, *conversation, FrameKind::text, request.content);
    if (!sequence) return fail(sequence.error());
    message.conversation = conversation->id;
    message.outgoing = true;
    message.sequence = *sequence;
    message.id = message_id(conversation->name, identity_.keys.public_key, *sequence);
    message.content = request.content;
    if (Status s = tables::insert_message(tx, message); !s) return fail(s.error());
    return Reply{hex_bytes(message.id)};
  });
}

Result<MarkRead::Reply> ChatService::mark_read(const MarkRead::Request& request, const Caller& caller) {
  using Reply = MarkRead::Reply;
  return write<MarkRead>("mark_read", request, caller, [&](store::Transaction& tx) -> Result<Reply> {
    Result<tables::Conversation> conversation = require_conversation(tx, request.conversation);
    if (!conversation) return fail(conversation.error());
    Result<std::int64_t> position = tables::newest_position(tx, conversation->id);
    if (!position) return fail(position.error());
    if (request.message_id) {
      const auto found = tables::position_of(tx, conversation->id, request.message_id->view());
      if (!found) return fail(found.error());
      if (!*found) return fail(Code::not_found, "chat.unknown_message", "no such message in this conversation");
      position = **found;
    }
    conversation->read_position = std::max(conversation->read_position, *position);
    if (Status s = tables::update_conversation(tx, *conversation); !s) return fail(s.error());
    const Result<std::uint64_t> unread = tables::count_unread(tx, conversation->id, conversation->read_position);
    if (!unread) return fail(unread.error());
    return Reply{*unread};
  });
}

Result<SetConversationNickname::Reply> ChatService::set_conversation_nickname(
    const SetConversationNickname::Request& request, const Caller& caller) {
  if (Status s = check_text(request.nickname, 0, 64, "the nickname"); !s) return fail(s.error());
  return write<SetConversationNickname>(
      "set_conversation_nickname", request, caller, [&](store::Transaction& tx) -> Result<api::Empty> {
        Result<tables::Conversation> conversation = require_conversation(tx, request.conversation);
        if (!conversation) return fail(conversation.error());
        conversation->nickname = request.nickname;
        if (Status s = tables::update_conversation(tx, *conversation); !s) return fail(s.error());
        return api::Empty();
      });
}

Result<DeleteConversation::Reply> ChatService::delete_conversation(const DeleteConversation::Request& request,
                                                                   const Caller& caller) {
  return write<DeleteConversation>(
      "delete_conversation", request, caller, [&](store::Transaction& tx) -> Result<api::Empty> {
        Result<tables::Conversation> conversation = require_conversation(tx, request.conversation);
        if (!conversation) return fail(conversation.error());
        if (Status s = tables::delete_messages(tx, conversation->id); !s) return fail(s.error());
        conversation->visible = false;
        conversation->nickname.clear();
        if (Status s = tables::update_conversation(tx, *conversation); !s) return fail(s.error());
        return api::Empty();
      });
}

}  // namespace status::chat
