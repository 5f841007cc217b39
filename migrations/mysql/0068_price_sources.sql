-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE price_sources (
  id         VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name       VARCHAR(100) NOT NULL,
  url        VARCHAR(500) NOT NULL,
  path       VARCHAR(200) NOT NULL,
  time_path  VARCHAR(200) NOT NULL DEFAULT '',
  enabled    TINYINT(1) NOT NULL,
  version    INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE price_sources;
