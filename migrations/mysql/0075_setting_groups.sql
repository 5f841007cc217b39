-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE setting_groups (
  name       VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version    INT NOT NULL,
  changed_at DATETIME(3) NOT NULL,
  who        VARCHAR(254) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE setting_groups;
