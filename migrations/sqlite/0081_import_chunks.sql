-- +goose Up
CREATE TABLE import_chunks (
  import_id TEXT NOT NULL,
  number    INTEGER NOT NULL,
  data      BLOB,
  PRIMARY KEY (import_id, number),
  CONSTRAINT import_chunks_import FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE
);

-- +goose Down
DROP TABLE import_chunks;
