-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE transitions (
  id         CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_id   VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  attempt_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  from_state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  to_state   VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  refused    TINYINT(1) NOT NULL,
  cause      VARCHAR(32) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  note       VARCHAR(1000) NOT NULL DEFAULT '',
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY transitions_by_order (order_id, created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE transitions;
