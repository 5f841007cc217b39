-- +goose Up
CREATE TABLE sessions (
  id         TEXT NOT NULL,
  cart_id    TEXT NOT NULL DEFAULT '',
  data       BLOB NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  expires_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

-- +goose Down
DROP TABLE sessions;
