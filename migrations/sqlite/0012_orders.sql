-- +goose Up
CREATE TABLE orders (
  id              TEXT NOT NULL,
  ref             TEXT NOT NULL,
  state           TEXT NOT NULL,
  email           TEXT NOT NULL COLLATE NOCASE,
  name            TEXT NOT NULL,
  lang            TEXT NOT NULL,
  currency        TEXT NOT NULL,
  digits          INTEGER NOT NULL,
  total           TEXT NOT NULL COLLATE DECIMAL,
  goods           TEXT NOT NULL,
  form_token      TEXT NOT NULL,
  paid_attempt_id TEXT NOT NULL DEFAULT '',
  created_at      DATETIME NOT NULL,
  updated_at      DATETIME NOT NULL,
  expires_at      DATETIME NOT NULL,
  paid_at         DATETIME NULL,
  due_at          DATETIME NULL,
  lease           TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX orders_ref ON orders (ref);
CREATE UNIQUE INDEX orders_form_token ON orders (form_token);
CREATE INDEX orders_due_at ON orders (due_at);

-- +goose Down
DROP TABLE orders;
