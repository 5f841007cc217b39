-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE slug_redirects (
  kind       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  slug       VARCHAR(190) COLLATE utf8mb4_bin NOT NULL,
  target_id  CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (kind, slug),
  KEY slug_redirects_by_target (target_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE slug_redirects;
