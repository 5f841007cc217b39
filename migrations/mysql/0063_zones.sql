-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE zones (
  id           CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name         VARCHAR(100) NOT NULL,
  position     INT NOT NULL,
  tax_mode     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tax_name     VARCHAR(100) NOT NULL,
  tax_rate     DECIMAL(36,18) NOT NULL,
  tax_delivery TINYINT(1) NOT NULL,
  version      INT NOT NULL,
  texts        MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE zones;
