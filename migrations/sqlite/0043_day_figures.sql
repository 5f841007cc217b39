-- +goose Up
CREATE TABLE day_figures (
  zone       TEXT NOT NULL,
  day        TEXT NOT NULL,
  orders     INTEGER NOT NULL,
  converted  INTEGER NOT NULL,
  paid       INTEGER NOT NULL,
  uncalled   INTEGER NOT NULL,
  waits      TEXT NOT NULL,
  lags       TEXT NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (zone, day)
);

-- +goose Down
DROP TABLE day_figures;
