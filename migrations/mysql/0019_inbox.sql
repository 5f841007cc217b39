-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE inbox (
  id          CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  digest      VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  data_hash   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  app_id      VARCHAR(255) COLLATE utf8mb4_bin NOT NULL,
  sent_time   VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  data        MEDIUMTEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sign        VARCHAR(2048) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  remote_addr VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  state       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  problem     VARCHAR(255) NOT NULL DEFAULT '',
  tries       INT NOT NULL DEFAULT 0,
  received_at DATETIME(3) NOT NULL,
  handled_at  DATETIME(3) NULL,
  due_at      DATETIME(3) NULL,
  lease       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  PRIMARY KEY (id),
  UNIQUE KEY inbox_digest_data (digest, data_hash),
  KEY inbox_due_at (due_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE inbox;
