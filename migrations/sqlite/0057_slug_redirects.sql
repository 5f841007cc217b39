-- +goose Up
CREATE TABLE slug_redirects (
  kind       TEXT NOT NULL,
  slug       TEXT NOT NULL,
  target_id  TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (kind, slug)
) WITHOUT ROWID;
CREATE INDEX slug_redirects_by_target ON slug_redirects (target_id);

-- +goose Down
DROP TABLE slug_redirects;
