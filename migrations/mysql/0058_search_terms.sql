-- +goose NO TRANSACTION
-- +goose Up
-- One row per word and product. There is no index by product: products.search_text lists a product's words.
CREATE TABLE search_terms (
  term       VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  product_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  weight     INT NOT NULL,
  PRIMARY KEY (term, product_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE search_terms;
