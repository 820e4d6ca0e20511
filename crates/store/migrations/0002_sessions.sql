-- Agent sessions, the configuration of agents and servers, and what left the machine. See src/sessions/mod.rs.
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY, session_id TEXT NOT NULL UNIQUE,
  channel_id TEXT NOT NULL CHECK (channel_id IN ('desktop', 'web', 'cli', 'webhook')),
  created_at INTEGER NOT NULL, last_active INTEGER NOT NULL, model TEXT, title TEXT NOT NULL, titled INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('idle', 'running', 'waiting', 'failed')),
  mode TEXT NOT NULL CHECK (mode IN ('read-only', 'ask', 'accept-edits')),
  project_id TEXT, pinned INTEGER NOT NULL DEFAULT 0, archived INTEGER NOT NULL DEFAULT 0, last TEXT,
  forked_session TEXT, forked_message TEXT, usage TEXT NOT NULL,
  -- session_messages.id of the end of the shown branch, session_turns.id of the running turn; 0 for none.
  tip INTEGER NOT NULL DEFAULT 0, turn INTEGER NOT NULL DEFAULT 0,
  todos TEXT NOT NULL DEFAULT '[]', context TEXT
) STRICT;
CREATE INDEX sessions_by_activity ON sessions (archived, last_active DESC, id DESC);

-- The tree. `id` grows with time. `parent` and `jump` are ids of ancestors (0: none): `jump` skips towards the root so that an ancestor
-- at a given depth is found in a logarithm of steps. `leaf`: no message follows. What a message says is in the tables after this one.
CREATE TABLE session_messages (
  id INTEGER PRIMARY KEY, session INTEGER NOT NULL, message_id TEXT NOT NULL, parent INTEGER NOT NULL, jump INTEGER NOT NULL,
  depth INTEGER NOT NULL, leaf INTEGER NOT NULL DEFAULT 1, bytes INTEGER NOT NULL DEFAULT 0,
  role TEXT NOT NULL CHECK (role IN ('user', 'assistant', 'system')),
  state TEXT NOT NULL CHECK (state IN ('streaming', 'complete', 'failed', 'cancelled')),
  turn_id TEXT, created_at INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, pinned INTEGER NOT NULL DEFAULT 0,
  model TEXT, provider TEXT, usage TEXT, ms REAL, error TEXT,
  UNIQUE (session, message_id)
) STRICT;
CREATE INDEX session_messages_by_parent ON session_messages (session, parent);
CREATE INDEX session_messages_leaves ON session_messages (session, id) WHERE leaf;
-- A message that is settled: JSON array of its parts.
CREATE TABLE session_bodies (message INTEGER PRIMARY KEY, parts TEXT NOT NULL) STRICT;
-- A message that is being written: its parts, and the text of those that are text in the pieces that it came in. `units`: how much text
-- (UTF-16, as the wire counts).
CREATE TABLE session_parts (
  message INTEGER NOT NULL, part INTEGER NOT NULL, kind TEXT NOT NULL, call_id TEXT, request_id TEXT, units INTEGER NOT NULL DEFAULT 0, body TEXT,
  PRIMARY KEY (message, part)
) STRICT;
CREATE UNIQUE INDEX session_parts_by_call ON session_parts (message, call_id) WHERE call_id IS NOT NULL;
CREATE UNIQUE INDEX session_parts_by_request ON session_parts (message, request_id) WHERE request_id IS NOT NULL;
CREATE TABLE session_pieces (id INTEGER PRIMARY KEY, message INTEGER NOT NULL, part INTEGER NOT NULL, text TEXT NOT NULL) STRICT;
CREATE INDEX session_pieces_by_part ON session_pieces (message, part, id);

CREATE TABLE session_turns (
  id INTEGER PRIMARY KEY, session INTEGER NOT NULL, turn_id TEXT NOT NULL, message INTEGER NOT NULL,
  mode TEXT NOT NULL, attempt INTEGER NOT NULL DEFAULT 0, started_at INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER,
  UNIQUE (session, turn_id)
) STRICT;
CREATE INDEX session_turns_open ON session_turns (id) WHERE last_seq IS NULL;

-- What waits for the person; gone when it is answered or its turn has ended.
CREATE TABLE session_requests (
  session INTEGER NOT NULL, request_id TEXT NOT NULL, turn INTEGER NOT NULL, part INTEGER NOT NULL, call_id TEXT, opened_at INTEGER NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (session, request_id)
) STRICT;
CREATE TABLE session_queue (session INTEGER NOT NULL, position INTEGER NOT NULL, queued_id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (session, position)) STRICT;
CREATE TABLE session_folders (
  session INTEGER NOT NULL, position INTEGER NOT NULL, folder_id TEXT NOT NULL, path TEXT NOT NULL, access TEXT NOT NULL CHECK (access IN ('ro', 'rw')),
  PRIMARY KEY (session, folder_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE session_seen (session INTEGER NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (session, hash)) STRICT, WITHOUT ROWID;
CREATE TABLE session_compactions (
  id INTEGER PRIMARY KEY, session INTEGER NOT NULL, compaction_id TEXT NOT NULL, up_to INTEGER NOT NULL, undone INTEGER NOT NULL DEFAULT 0, made_at INTEGER NOT NULL,
  summary TEXT NOT NULL, made_by TEXT NOT NULL, kept TEXT NOT NULL,
  tokens_before INTEGER NOT NULL, tokens_after INTEGER NOT NULL, messages_before INTEGER NOT NULL, messages_after INTEGER NOT NULL,
  UNIQUE (session, compaction_id)
) STRICT;
CREATE TABLE session_blobs (session INTEGER NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (session, hash)) STRICT, WITHOUT ROWID;
CREATE INDEX session_blobs_by_hash ON session_blobs (hash);
-- Words only, the texts are in the tables above: rowid 2·n is session_messages n, 2·n+1 the title of sessions n.
CREATE VIRTUAL TABLE session_search USING fts5(title, said, tools, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2');

-- Every request that left this process or was kept from leaving. Never holds bodies, keys or queries.
CREATE TABLE egress (
  number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, purpose TEXT NOT NULL, method TEXT NOT NULL, url TEXT NOT NULL, host TEXT NOT NULL,
  address TEXT, local INTEGER NOT NULL, outcome TEXT NOT NULL CHECK (outcome IN ('allowed', 'blocked', 'failed')), reason TEXT, status INTEGER,
  sent_bytes INTEGER NOT NULL, received_bytes INTEGER NOT NULL, ms REAL NOT NULL, session_id TEXT, turn_id TEXT, provider TEXT
) STRICT;
CREATE INDEX egress_by_session ON egress (session_id, number) WHERE session_id IS NOT NULL;
CREATE TABLE config (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
-- Names of keys and where their values are. Never the values.
CREATE TABLE key_names (name TEXT PRIMARY KEY, place TEXT NOT NULL CHECK (place IN ('keychain', 'file')), set_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
