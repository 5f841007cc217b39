-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE statements (
  id         CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  day        CHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  zone       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `lines`    INT NOT NULL DEFAULT 0,
  `count`    INT NOT NULL DEFAULT 0,
  pages      INT NOT NULL DEFAULT 0,
  hash       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  problem    VARCHAR(500) NOT NULL DEFAULT '',
  fetched_by VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  created_at DATETIME(3) NOT NULL,
  fetched_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  KEY statements_by_day (day, created_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE statements;
