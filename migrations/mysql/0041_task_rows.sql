-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE task_rows (
  task_id  CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  position INT NOT NULL,
  subject  VARCHAR(190) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  order_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  outcome  VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  note     VARCHAR(1000) NOT NULL DEFAULT '',
  PRIMARY KEY (task_id, position),
  CONSTRAINT task_rows_task FOREIGN KEY (task_id) REFERENCES tasks (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE task_rows;
