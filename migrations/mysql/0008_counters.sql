-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE counters (
  day   CHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name  VARCHAR(100) COLLATE utf8mb4_bin NOT NULL,
  value BIGINT NOT NULL,
  PRIMARY KEY (day, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE counters;
