-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE settings (
  name  VARCHAR(100) COLLATE utf8mb4_bin NOT NULL,
  value MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE settings;
