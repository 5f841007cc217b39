-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE day_figures (
  zone       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  day        CHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  orders     INT NOT NULL,
  converted  INT NOT NULL,
  paid       INT NOT NULL,
  uncalled   INT NOT NULL,
  waits      MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  lags       MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (zone, day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE day_figures;
