-- +goose Up
CREATE TABLE invitations (
  id         TEXT NOT NULL,
  email      TEXT NOT NULL DEFAULT '',
  role       TEXT NOT NULL,
  invited_by TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL,
  expires_at DATETIME NOT NULL,
  used_at    DATETIME NULL,
  PRIMARY KEY (id)
);
CREATE INDEX invitations_expires_at ON invitations (expires_at);

-- +goose Down
DROP TABLE invitations;
