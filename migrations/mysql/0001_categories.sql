-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE categories (
  id       CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  slug     VARCHAR(190) COLLATE utf8mb4_bin NOT NULL,
  name     VARCHAR(200) NOT NULL,
  summary  VARCHAR(1000) NOT NULL,
  picture  VARCHAR(255) NOT NULL,
  position INT NOT NULL,
  texts    MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY categories_slug (slug)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE categories;
