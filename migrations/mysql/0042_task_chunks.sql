-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE task_chunks (
  task_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  number  INT NOT NULL,
  data    MEDIUMBLOB NULL,
  PRIMARY KEY (task_id, number),
  CONSTRAINT task_chunks_task FOREIGN KEY (task_id) REFERENCES tasks (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE task_chunks;
