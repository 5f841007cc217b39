-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE zone_places (
  country VARCHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  region  VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  zone_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (country, region),
  KEY zone_places_by_zone (zone_id),
  CONSTRAINT zone_places_zone FOREIGN KEY (zone_id) REFERENCES zones (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE zone_places;
