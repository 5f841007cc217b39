-- +goose Up
CREATE TABLE fetched_pictures (
  address_hash TEXT NOT NULL,
  address      TEXT NOT NULL,
  source       TEXT NOT NULL,
  fetched_at   DATETIME NOT NULL,
  PRIMARY KEY (address_hash)
);

-- +goose Down
DROP TABLE fetched_pictures;
