-- +goose Up
CREATE TABLE import_problems (
  import_id   TEXT NOT NULL,
  position    INTEGER NOT NULL,
  line        INTEGER NOT NULL,
  column_name TEXT NOT NULL,
  level       TEXT NOT NULL,
  code        TEXT NOT NULL,
  sku         TEXT NOT NULL,
  details     TEXT NOT NULL,
  PRIMARY KEY (import_id, position),
  CONSTRAINT import_problems_import FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE
);
CREATE INDEX import_problems_by_level ON import_problems (import_id, level, position);

-- +goose Down
DROP TABLE import_problems;
