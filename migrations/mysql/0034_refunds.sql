-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE refunds (
  id           CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_id     CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  attempt_id   CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  app_order_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_num    VARCHAR(190) COLLATE utf8mb4_bin NULL,
  state        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount       DECIMAL(36,18) NOT NULL,
  coin         VARCHAR(32) COLLATE utf8mb4_bin NOT NULL,
  reason       VARCHAR(1000) NOT NULL DEFAULT '',
  form_token   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  requested_by VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  approved_by  VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  problem_code VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  checks       INT NOT NULL DEFAULT 0,
  created_at   DATETIME(3) NOT NULL,
  updated_at   DATETIME(3) NOT NULL,
  sent_at      DATETIME(3) NULL,
  confirmed_at DATETIME(3) NULL,
  due_at       DATETIME(3) NULL,
  lease        VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  PRIMARY KEY (id),
  UNIQUE KEY refunds_app_order_id (app_order_id),
  UNIQUE KEY refunds_order_num (order_num),
  UNIQUE KEY refunds_form_token (form_token),
  KEY refunds_by_order (order_id, created_at),
  KEY refunds_by_attempt (attempt_id),
  KEY refunds_by_state (state, created_at, id),
  KEY refunds_by_time (created_at, id),
  KEY refunds_sent_at (sent_at),
  KEY refunds_due_at (due_at),
  CONSTRAINT refunds_order FOREIGN KEY (order_id) REFERENCES orders (id),
  CONSTRAINT refunds_attempt FOREIGN KEY (attempt_id) REFERENCES attempts (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE refunds;
