-- +goose Up
CREATE TABLE evidence (
  id           TEXT NOT NULL,
  attempt_id   TEXT NOT NULL DEFAULT '',
  order_id     TEXT NOT NULL DEFAULT '',
  source       TEXT NOT NULL,
  verified     BOOLEAN NOT NULL,
  app_order_id TEXT NOT NULL DEFAULT '',
  order_num    TEXT NOT NULL DEFAULT '',
  status       TEXT NOT NULL DEFAULT '',
  coin         TEXT NOT NULL DEFAULT '',
  amount       TEXT NOT NULL DEFAULT '',
  code         TEXT NOT NULL DEFAULT '',
  inbox_id     TEXT NOT NULL DEFAULT '',
  created_at   DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX evidence_by_order ON evidence (order_id, created_at);
CREATE INDEX evidence_by_attempt ON evidence (attempt_id);
CREATE INDEX evidence_by_inbox ON evidence (inbox_id);

-- +goose Down
DROP TABLE evidence;
