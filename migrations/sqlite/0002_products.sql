-- +goose Up
CREATE TABLE products (
  id            TEXT NOT NULL,
  slug          TEXT NOT NULL,
  category_id   TEXT NOT NULL,
  title         TEXT NOT NULL COLLATE NOCASE,
  summary       TEXT NOT NULL,
  description   TEXT NOT NULL,
  cover         TEXT NOT NULL,
  cover_alt     TEXT NOT NULL,
  featured      BOOLEAN NOT NULL,
  hidden        BOOLEAN NOT NULL,
  position      INTEGER NOT NULL,
  texts         TEXT NOT NULL,
  card_texts    TEXT NOT NULL,
  search_text   TEXT NOT NULL,
  min_price     TEXT NOT NULL COLLATE DECIMAL,
  max_price     TEXT NOT NULL COLLATE DECIMAL,
  variant_count INTEGER NOT NULL,
  created_at    DATETIME NOT NULL,
  updated_at    DATETIME NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT products_category FOREIGN KEY (category_id) REFERENCES categories (id)
);
CREATE UNIQUE INDEX products_slug ON products (slug);
CREATE INDEX products_by_category ON products (category_id, hidden, position, id);
CREATE INDEX products_by_position ON products (hidden, position, id);

-- +goose Down
DROP TABLE products;
