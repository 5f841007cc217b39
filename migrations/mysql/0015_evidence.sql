-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE evidence (
  id           CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  attempt_id   VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  order_id     VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  source       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  verified     TINYINT(1) NOT NULL,
  app_order_id VARCHAR(255) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  order_num    VARCHAR(255) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  status       VARCHAR(32) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  coin         VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  amount       VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  code         VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  inbox_id     VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  created_at   DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY evidence_by_order (order_id, created_at),
  KEY evidence_by_attempt (attempt_id),
  KEY evidence_by_inbox (inbox_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE evidence;
