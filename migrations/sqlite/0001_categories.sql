-- +goose Up
CREATE TABLE categories (
  id       TEXT NOT NULL,
  slug     TEXT NOT NULL,
  name     TEXT NOT NULL,
  summary  TEXT NOT NULL,
  picture  TEXT NOT NULL,
  position INTEGER NOT NULL,
  texts    TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX categories_slug ON categories (slug);

-- +goose Down
DROP TABLE categories;
