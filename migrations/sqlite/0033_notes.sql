-- +goose Up
CREATE TABLE notes (
  id         TEXT NOT NULL,
  order_id   TEXT NOT NULL,
  staff_id   TEXT NOT NULL DEFAULT '',
  who        TEXT NOT NULL DEFAULT '',
  text       TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT notes_order FOREIGN KEY (order_id) REFERENCES orders (id)
);
CREATE INDEX notes_by_order ON notes (order_id, created_at);

-- +goose Down
DROP TABLE notes;
