-- +goose Up
CREATE TABLE zone_places (
  country TEXT NOT NULL,
  region  TEXT NOT NULL,
  zone_id TEXT NOT NULL,
  PRIMARY KEY (country, region),
  CONSTRAINT zone_places_zone FOREIGN KEY (zone_id) REFERENCES zones (id)
);
CREATE INDEX zone_places_by_zone ON zone_places (zone_id);

-- +goose Down
DROP TABLE zone_places;
