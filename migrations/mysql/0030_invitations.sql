-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE invitations (
  id         CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  email      VARCHAR(254) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  role       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  invited_by VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  created_at DATETIME(3) NOT NULL,
  expires_at DATETIME(3) NOT NULL,
  used_at    DATETIME(3) NULL,
  PRIMARY KEY (id),
  KEY invitations_expires_at (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE invitations;
