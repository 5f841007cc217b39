-- +goose Up
CREATE TABLE inbox (
  id          TEXT NOT NULL,
  digest      TEXT NOT NULL,
  data_hash   TEXT NOT NULL,
  app_id      TEXT NOT NULL,
  sent_time   TEXT NOT NULL,
  data        TEXT NOT NULL,
  sign        TEXT NOT NULL,
  remote_addr TEXT NOT NULL,
  state       TEXT NOT NULL,
  problem     TEXT NOT NULL DEFAULT '',
  tries       INTEGER NOT NULL DEFAULT 0,
  received_at DATETIME NOT NULL,
  handled_at  DATETIME NULL,
  due_at      DATETIME NULL,
  lease       TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX inbox_digest_data ON inbox (digest, data_hash);
CREATE INDEX inbox_due_at ON inbox (due_at);

-- +goose Down
DROP TABLE inbox;
