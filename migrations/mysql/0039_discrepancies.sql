-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE discrepancies (
  id           CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  day          CHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind         VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `key`        VARCHAR(300) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  type         VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  app_order_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_id     VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  coin         VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  theirs       DECIMAL(36,18) NOT NULL,
  ours         DECIMAL(36,18) NOT NULL,
  state        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  owner_id     VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  note         VARCHAR(1000) NOT NULL DEFAULT '',
  created_at   DATETIME(3) NOT NULL,
  updated_at   DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY discrepancies_key (day, kind, `key`),
  KEY discrepancies_by_day (day, state, id),
  KEY discrepancies_by_state (state, id),
  KEY discrepancies_by_kind (kind, id),
  KEY discrepancies_of (app_order_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE discrepancies;
