-- +goose Up
CREATE TABLE attempts (
  id            TEXT NOT NULL,
  order_id      TEXT NOT NULL,
  app_order_id  TEXT NOT NULL,
  order_num     TEXT NULL,
  state         TEXT NOT NULL,
  live          BOOLEAN NULL,
  intent        TEXT NOT NULL DEFAULT '',
  coin          TEXT NOT NULL,
  amount        TEXT NOT NULL COLLATE DECIMAL,
  rate          TEXT NOT NULL COLLATE DECIMAL,
  rate_source   TEXT NOT NULL,
  rate_at       DATETIME NOT NULL,
  payer_user_id TEXT NOT NULL DEFAULT '',
  payer_sealed  BLOB NULL,
  scene_type    TEXT NOT NULL DEFAULT '',
  problem_code  TEXT NOT NULL DEFAULT '',
  checks        INTEGER NOT NULL DEFAULT 0,
  checked_at    DATETIME NULL,
  created_at    DATETIME NOT NULL,
  updated_at    DATETIME NOT NULL,
  sent_at       DATETIME NULL,
  opened_at     DATETIME NULL,
  paid_at       DATETIME NULL,
  due_at        DATETIME NULL,
  lease         TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (id),
  CONSTRAINT attempts_order FOREIGN KEY (order_id) REFERENCES orders (id)
);
CREATE UNIQUE INDEX attempts_app_order_id ON attempts (app_order_id);
CREATE UNIQUE INDEX attempts_order_num ON attempts (order_num);
CREATE UNIQUE INDEX attempts_one_live ON attempts (live, order_id);
CREATE INDEX attempts_by_order ON attempts (order_id, created_at);
CREATE INDEX attempts_due_at ON attempts (due_at);

-- +goose Down
DROP TABLE attempts;
