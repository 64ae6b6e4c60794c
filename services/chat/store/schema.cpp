#include "services/chat/store/schema.h"

namespace status::chat {

std::vector<store::Migration> migrations() {
  return {store::sql_migration(1, "conversations", R"sql(
CREATE TABLE identity (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seed BLOB NOT NULL,
  created_ms INTEGER NOT NULL
);
CREATE TABLE prekeys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  one_time INTEGER NOT NULL,
  secret BLOB NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
);
-- One row per peer. `received`: the sequence numbers that have come, `next_shown`: the first that has not been shown,
-- `ack_owed`: something came since the last acknowledgement left.
CREATE TABLE conversations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  peer BLOB NOT NULL,
  nickname TEXT NOT NULL DEFAULT '',
  created_ms INTEGER NOT NULL,
  visible INTEGER NOT NULL,
  next_sequence INTEGER NOT NULL DEFAULT 1,
  received BLOB NOT NULL,
  next_shown INTEGER NOT NULL DEFAULT 1,
  ack_owed INTEGER NOT NULL DEFAULT 0,
  read_position INTEGER NOT NULL DEFAULT 0
);
-- `number` grows, so the last one started is known. `invitation` is there when this end started the session.
CREATE TABLE sessions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE,
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  confirmed INTEGER NOT NULL,
  invitation BLOB,
  send_topic TEXT NOT NULL,
  receive_topic TEXT NOT NULL UNIQUE,
  state BLOB NOT NULL
);
CREATE INDEX sessions_of_conversation ON sessions (conversation, confirmed, id);
-- What the reader sees, in the order of `position`.
CREATE TABLE messages (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  outgoing INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  id BLOB NOT NULL,
  time_ms INTEGER NOT NULL,
  content TEXT NOT NULL,
  state INTEGER NOT NULL,
  late INTEGER NOT NULL,
  UNIQUE (conversation, outgoing, sequence)
);
CREATE INDEX messages_of_conversation ON messages (conversation, position);
-- Incoming frames that wait for those before them.
CREATE TABLE held (
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  sequence INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (conversation, sequence)
) WITHOUT ROWID;
-- What the peer has not acknowledged: the bytes to send again, and what they say, in case a new session has to say it.
-- When the next attempt is due lives in memory: wall clocks jump, and after a restart everything is due.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  sequence INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  content TEXT NOT NULL,
  topic TEXT NOT NULL,
  payload BLOB NOT NULL,
  handed_over INTEGER NOT NULL DEFAULT 0,
  UNIQUE (conversation, sequence)
);
CREATE TABLE seen (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  digest BLOB NOT NULL UNIQUE,
  conversation INTEGER NOT NULL
);
CREATE TABLE inbound_errors (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  time_ms INTEGER NOT NULL,
  reason TEXT NOT NULL,
  message TEXT NOT NULL,
  message_hash BLOB NOT NULL
);
CREATE TABLE stream_cursor (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  cursor TEXT NOT NULL
);
)sql")};
}

}  // namespace status::chat
