-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE products (
  id            CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  slug          VARCHAR(190) COLLATE utf8mb4_bin NOT NULL,
  category_id   CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  title         VARCHAR(200) NOT NULL,
  summary       VARCHAR(1000) NOT NULL,
  description   MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  cover         VARCHAR(255) NOT NULL,
  cover_alt     VARCHAR(500) NOT NULL,
  featured      TINYINT(1) NOT NULL,
  hidden        TINYINT(1) NOT NULL,
  position      INT NOT NULL,
  texts         MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  card_texts    MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  search_text   MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  min_price     DECIMAL(36,18) NOT NULL,
  max_price     DECIMAL(36,18) NOT NULL,
  variant_count INT NOT NULL,
  created_at    DATETIME(3) NOT NULL,
  updated_at    DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY products_slug (slug),
  KEY products_by_category (category_id, hidden, position, id),
  KEY products_by_position (hidden, position, id),
  CONSTRAINT products_category FOREIGN KEY (category_id) REFERENCES categories (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE products;
