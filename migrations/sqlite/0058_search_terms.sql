-- +goose Up
-- One row per word and product. There is no index by product: products.search_text lists a product's words.
CREATE TABLE search_terms (
  term       TEXT NOT NULL,
  product_id TEXT NOT NULL,
  weight     INTEGER NOT NULL,
  PRIMARY KEY (term, product_id)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE search_terms;
