-- +goose Up
CREATE TABLE reviews (
  id         TEXT NOT NULL,
  kind       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  order_id   TEXT NOT NULL DEFAULT '',
  attempt_id TEXT NOT NULL DEFAULT '',
  note       TEXT NOT NULL DEFAULT '',
  open       BOOLEAN NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX reviews_kind_subject ON reviews (kind, subject);
CREATE INDEX reviews_open ON reviews (open, created_at);

-- +goose Down
DROP TABLE reviews;
