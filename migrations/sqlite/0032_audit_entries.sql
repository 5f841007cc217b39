-- +goose Up
-- The primary key is an entry's place in the chain: of two writers that read the same end, one has to start again.
CREATE TABLE audit_entries (
  seq         INTEGER NOT NULL,
  at          DATETIME NOT NULL,
  staff_id    TEXT NOT NULL DEFAULT '',
  who         TEXT NOT NULL DEFAULT '',
  action      TEXT NOT NULL,
  subject     TEXT NOT NULL DEFAULT '',
  `before`    TEXT NOT NULL,
  after       TEXT NOT NULL,
  remote_addr TEXT NOT NULL DEFAULT '',
  request_id  TEXT NOT NULL DEFAULT '',
  prev_hash   TEXT NOT NULL,
  hash        TEXT NOT NULL,
  PRIMARY KEY (seq)
);
CREATE INDEX audit_by_action ON audit_entries (action, seq);
CREATE INDEX audit_by_who ON audit_entries (who, seq);
CREATE INDEX audit_by_subject ON audit_entries (subject, seq);

-- +goose Down
DROP TABLE audit_entries;
