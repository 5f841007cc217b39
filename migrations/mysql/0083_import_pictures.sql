-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE import_pictures (
  import_id  CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  position   INT NOT NULL,
  product_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  line       INT NOT NULL,
  sku        VARCHAR(190) COLLATE utf8mb4_bin NOT NULL,
  pictures   MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  state      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  problem    MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (import_id, position),
  KEY import_pictures_by_state (import_id, state, position),
  CONSTRAINT import_pictures_import FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE import_pictures;
