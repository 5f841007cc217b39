-- +goose Up
CREATE TABLE media_files (
  hash   TEXT NOT NULL,
  size   TEXT NOT NULL,
  format TEXT NOT NULL,
  data   BLOB NULL,
  PRIMARY KEY (hash, size),
  CONSTRAINT media_files_media FOREIGN KEY (hash) REFERENCES media (hash) ON DELETE CASCADE
);

-- +goose Down
DROP TABLE media_files;
