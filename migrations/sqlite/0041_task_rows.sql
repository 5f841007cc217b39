-- +goose Up
CREATE TABLE task_rows (
  task_id  TEXT NOT NULL,
  position INTEGER NOT NULL,
  subject  TEXT NOT NULL DEFAULT '',
  order_id TEXT NOT NULL DEFAULT '',
  outcome  TEXT NOT NULL,
  note     TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (task_id, position),
  CONSTRAINT task_rows_task FOREIGN KEY (task_id) REFERENCES tasks (id)
);

-- +goose Down
DROP TABLE task_rows;
