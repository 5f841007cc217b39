-- +goose Up
CREATE TABLE task_chunks (
  task_id TEXT NOT NULL,
  number  INTEGER NOT NULL,
  data    BLOB NULL,
  PRIMARY KEY (task_id, number),
  CONSTRAINT task_chunks_task FOREIGN KEY (task_id) REFERENCES tasks (id)
);

-- +goose Down
DROP TABLE task_chunks;
