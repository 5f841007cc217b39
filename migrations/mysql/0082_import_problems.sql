-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE import_problems (
  import_id   CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  position    INT NOT NULL,
  line        INT NOT NULL,
  column_name VARCHAR(255) COLLATE utf8mb4_bin NOT NULL,
  level       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  code        VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sku         VARCHAR(190) COLLATE utf8mb4_bin NOT NULL,
  details     VARCHAR(4000) COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (import_id, position),
  KEY import_problems_by_level (import_id, level, position),
  CONSTRAINT import_problems_import FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE import_problems;
