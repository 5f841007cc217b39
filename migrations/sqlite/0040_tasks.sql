-- +goose Up
CREATE TABLE tasks (
  id         TEXT NOT NULL,
  kind       TEXT NOT NULL,
  state      TEXT NOT NULL,
  params     TEXT NOT NULL,
  done       INTEGER NOT NULL DEFAULT 0,
  total      INTEGER NOT NULL DEFAULT 0,
  problem    TEXT NOT NULL DEFAULT '',
  staff_id   TEXT NOT NULL DEFAULT '',
  who        TEXT NOT NULL DEFAULT '',
  form_token TEXT NOT NULL,
  file_name  TEXT NOT NULL DEFAULT '',
  file_type  TEXT NOT NULL DEFAULT '',
  file_size  INTEGER NOT NULL DEFAULT 0,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  ended_at   DATETIME NULL,
  due_at     DATETIME NULL,
  lease      TEXT NOT NULL DEFAULT '',
  tries      INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX tasks_form_token ON tasks (form_token);
CREATE INDEX tasks_by_time ON tasks (created_at, id);
CREATE INDEX tasks_due_at ON tasks (due_at);
CREATE INDEX tasks_by_file ON tasks (file_size, ended_at);

-- +goose Down
DROP TABLE tasks;
