-- +goose Up
CREATE TABLE staff (
  id            TEXT NOT NULL,
  email         TEXT NOT NULL,
  name          TEXT NOT NULL,
  role          TEXT NOT NULL,
  lang          TEXT NOT NULL,
  password_hash TEXT NOT NULL DEFAULT '',
  totp_sealed   BLOB NULL,
  totp_step     INTEGER NOT NULL DEFAULT 0,
  recovery_hash TEXT NOT NULL DEFAULT '',
  disabled      BOOLEAN NOT NULL DEFAULT 0,
  created_at    DATETIME NOT NULL,
  updated_at    DATETIME NOT NULL,
  last_login_at DATETIME NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX staff_email ON staff (email);

-- +goose Down
DROP TABLE staff;
