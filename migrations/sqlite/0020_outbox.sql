-- +goose Up
CREATE TABLE outbox (
  id         TEXT NOT NULL,
  kind       TEXT NOT NULL,
  order_id   TEXT NOT NULL DEFAULT '',
  dedupe_key TEXT NOT NULL,
  state      TEXT NOT NULL,
  tries      INTEGER NOT NULL DEFAULT 0,
  problem    TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL,
  sent_at    DATETIME NULL,
  due_at     DATETIME NULL,
  lease      TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX outbox_dedupe_key ON outbox (dedupe_key);
CREATE INDEX outbox_due_at ON outbox (due_at);

-- +goose Down
DROP TABLE outbox;
