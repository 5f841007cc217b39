-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE imports (
  id           CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  file_name    VARCHAR(255) COLLATE utf8mb4_bin NOT NULL,
  file_size    BIGINT NOT NULL,
  file_lines   INT NOT NULL,
  hash         VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  options      MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  report       MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  catalogue    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  check_task   VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  apply_task   VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  picture_task VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  staff_id     VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  who          VARCHAR(254) COLLATE utf8mb4_bin NOT NULL,
  created_at   DATETIME(3) NOT NULL,
  applied_at   DATETIME(3) NULL,
  PRIMARY KEY (id),
  KEY imports_by_time (created_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE imports;
