-- +goose NO TRANSACTION
-- +goose Up
-- attempts_one_live begins with live, so that the foreign key uses attempts_by_order: see reservations.
CREATE TABLE attempts (
  id            CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_id      CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  app_order_id  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_num     VARCHAR(190) COLLATE utf8mb4_bin NULL,
  state         VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  live          TINYINT(1) NULL,
  intent        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  coin          VARCHAR(32) COLLATE utf8mb4_bin NOT NULL,
  amount        DECIMAL(36,18) NOT NULL,
  rate          DECIMAL(36,18) NOT NULL,
  rate_source   VARCHAR(100) NOT NULL,
  rate_at       DATETIME(3) NOT NULL,
  payer_user_id VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  payer_sealed  MEDIUMBLOB NULL,
  scene_type    VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  problem_code  VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  checks        INT NOT NULL DEFAULT 0,
  checked_at    DATETIME(3) NULL,
  created_at    DATETIME(3) NOT NULL,
  updated_at    DATETIME(3) NOT NULL,
  sent_at       DATETIME(3) NULL,
  opened_at     DATETIME(3) NULL,
  paid_at       DATETIME(3) NULL,
  due_at        DATETIME(3) NULL,
  lease         VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  PRIMARY KEY (id),
  UNIQUE KEY attempts_app_order_id (app_order_id),
  UNIQUE KEY attempts_order_num (order_num),
  UNIQUE KEY attempts_one_live (live, order_id),
  KEY attempts_by_order (order_id, created_at),
  KEY attempts_due_at (due_at),
  CONSTRAINT attempts_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE attempts;
