-- +goose Up
CREATE TABLE refunds (
  id           TEXT NOT NULL,
  order_id     TEXT NOT NULL,
  attempt_id   TEXT NOT NULL,
  app_order_id TEXT NOT NULL,
  order_num    TEXT NULL,
  state        TEXT NOT NULL,
  amount       TEXT NOT NULL COLLATE DECIMAL,
  coin         TEXT NOT NULL,
  reason       TEXT NOT NULL DEFAULT '',
  form_token   TEXT NOT NULL,
  requested_by TEXT NOT NULL DEFAULT '',
  approved_by  TEXT NOT NULL DEFAULT '',
  problem_code TEXT NOT NULL DEFAULT '',
  checks       INTEGER NOT NULL DEFAULT 0,
  created_at   DATETIME NOT NULL,
  updated_at   DATETIME NOT NULL,
  sent_at      DATETIME NULL,
  confirmed_at DATETIME NULL,
  due_at       DATETIME NULL,
  lease        TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (id),
  CONSTRAINT refunds_order FOREIGN KEY (order_id) REFERENCES orders (id),
  CONSTRAINT refunds_attempt FOREIGN KEY (attempt_id) REFERENCES attempts (id)
);
CREATE UNIQUE INDEX refunds_app_order_id ON refunds (app_order_id);
CREATE UNIQUE INDEX refunds_order_num ON refunds (order_num);
CREATE UNIQUE INDEX refunds_form_token ON refunds (form_token);
CREATE INDEX refunds_by_order ON refunds (order_id, created_at);
CREATE INDEX refunds_by_attempt ON refunds (attempt_id);
CREATE INDEX refunds_by_state ON refunds (state, created_at, id);
CREATE INDEX refunds_by_time ON refunds (created_at, id);
CREATE INDEX refunds_sent_at ON refunds (sent_at);
CREATE INDEX refunds_due_at ON refunds (due_at);

-- +goose Down
DROP TABLE refunds;
