-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE tasks (
  id         CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  params     MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  done       INT NOT NULL DEFAULT 0,
  total      INT NOT NULL DEFAULT 0,
  problem    VARCHAR(500) NOT NULL DEFAULT '',
  staff_id   VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  who        VARCHAR(254) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  form_token VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  file_name  VARCHAR(255) NOT NULL DEFAULT '',
  file_type  VARCHAR(100) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  file_size  BIGINT NOT NULL DEFAULT 0,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  ended_at   DATETIME(3) NULL,
  due_at     DATETIME(3) NULL,
  lease      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  tries      INT NOT NULL DEFAULT 0,
  PRIMARY KEY (id),
  UNIQUE KEY tasks_form_token (form_token),
  KEY tasks_by_time (created_at, id),
  KEY tasks_due_at (due_at),
  KEY tasks_by_file (file_size, ended_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE tasks;
