-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE delivery_methods (
  id        CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  zone_id   CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  title     VARCHAR(100) NOT NULL,
  note      VARCHAR(200) NOT NULL,
  texts     MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  kind      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  steps     MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  free_from DECIMAL(36,18) NOT NULL,
  enabled   TINYINT(1) NOT NULL,
  position  INT NOT NULL,
  PRIMARY KEY (id),
  KEY delivery_methods_by_zone (zone_id, position),
  CONSTRAINT delivery_methods_zone FOREIGN KEY (zone_id) REFERENCES zones (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE delivery_methods;
