-- The first schema. Times are milliseconds since 1970 UTC; columns that hold JSON hold its text.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('kind', 'axion-home'), ('run_counter', '0');

CREATE TABLE projects (
  project_id TEXT PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO projects VALUES ('default', 'Axion', CAST(unixepoch('subsec') * 1000 AS INTEGER), 0);

-- Durable streams. `first` is the lowest seq that can still be read; head = 0 means that nothing was appended yet.
CREATE TABLE streams (
  id INTEGER PRIMARY KEY CHECK (id < 1 << 31), stream TEXT NOT NULL UNIQUE, epoch TEXT NOT NULL,
  head INTEGER NOT NULL DEFAULT 0 CHECK (head < 1 << 32), first INTEGER NOT NULL DEFAULT 1
) STRICT;
INSERT INTO streams (stream, epoch) VALUES ('workspace', lower(hex(randomblob(8))));
-- One row per appended group, not per event: see docs/decisions/0002-store.md. `body` is the events' JSON joined by ",\n".
-- `place` is streams.id << 32 | last seq: the table's own order is the order of reading, and no index is needed.
CREATE TABLE event_groups (place INTEGER PRIMARY KEY, count INTEGER NOT NULL, body TEXT NOT NULL) STRICT;

CREATE TABLE graphs (
  id INTEGER PRIMARY KEY, graph_id TEXT NOT NULL UNIQUE, project_id TEXT NOT NULL, name TEXT NOT NULL,
  node_count INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  announced_at INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, max_stamp TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX graphs_by_project ON graphs (project_id);
-- Last-writer-wins registers. `entity` is the code of src/graphs/fields.rs.
CREATE TABLE graph_fields (
  graph INTEGER NOT NULL, entity INTEGER NOT NULL, entity_id TEXT NOT NULL, field TEXT NOT NULL,
  value TEXT NOT NULL, stamp TEXT NOT NULL,
  PRIMARY KEY (graph, entity, entity_id, field)
) STRICT, WITHOUT ROWID;
CREATE TABLE ops_seen (
  graph INTEGER NOT NULL, ops_id TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (graph, ops_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
  grant_id TEXT PRIMARY KEY, graph_id TEXT NOT NULL, slot TEXT NOT NULL, path TEXT NOT NULL,
  access TEXT NOT NULL CHECK (access IN ('ro', 'rw')), created_at INTEGER NOT NULL, UNIQUE (graph_id, slot)
) STRICT;

CREATE TABLE runs (
  run_id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, graph_id TEXT, graph_name TEXT NOT NULL,
  graph_hash TEXT NOT NULL, layout_hash TEXT,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled')),
  started_by TEXT NOT NULL, created_at INTEGER NOT NULL, finished_at INTEGER, ms REAL, steps TEXT NOT NULL,
  runner TEXT, error TEXT, input TEXT NOT NULL, grants TEXT NOT NULL, options TEXT NOT NULL, outputs TEXT
) STRICT;
CREATE INDEX runs_by_graph ON runs (graph_id, number);
CREATE INDEX runs_open ON runs (number) WHERE state IN ('queued', 'running', 'waiting');

CREATE TABLE approvals (
  approval_id TEXT PRIMARY KEY, run_id TEXT NOT NULL, graph_id TEXT, graph_name TEXT NOT NULL, node TEXT NOT NULL,
  scope TEXT, title TEXT NOT NULL, facts TEXT NOT NULL, details TEXT,
  status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'withdrawn')),
  requested_at INTEGER NOT NULL, answered_at INTEGER, note TEXT
) STRICT;
CREATE INDEX approvals_by_run ON approvals (run_id, status);
CREATE INDEX approvals_by_status ON approvals (status, requested_at);

CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE view_state (window_id TEXT PRIMARY KEY, state TEXT NOT NULL, updated_at INTEGER NOT NULL) STRICT;

-- Values over 32 KiB and the documents of runs, by SHA-256. A blob lives as long as a run names it.
CREATE TABLE blobs (hash TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE run_blobs (run_id TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (run_id, hash)) STRICT, WITHOUT ROWID;
CREATE INDEX run_blobs_by_hash ON run_blobs (hash);
