-- +goose Up
CREATE TABLE settings (
  name  TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (name)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE settings;
