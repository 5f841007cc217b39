-- +goose Up
CREATE TABLE setting_groups (
  name       TEXT NOT NULL,
  version    INTEGER NOT NULL,
  changed_at DATETIME NOT NULL,
  who        TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (name)
);

-- +goose Down
DROP TABLE setting_groups;
