-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE fetched_pictures (
  address_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  address      VARCHAR(2000) COLLATE utf8mb4_bin NOT NULL,
  source       VARCHAR(255) COLLATE utf8mb4_bin NOT NULL,
  fetched_at   DATETIME(3) NOT NULL,
  PRIMARY KEY (address_hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE fetched_pictures;
