-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE staff (
  id            CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  email         VARCHAR(254) COLLATE utf8mb4_bin NOT NULL,
  name          VARCHAR(200) NOT NULL,
  role          VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  lang          VARCHAR(35) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  password_hash VARCHAR(512) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  totp_sealed   MEDIUMBLOB NULL,
  totp_step     BIGINT NOT NULL DEFAULT 0,
  recovery_hash VARCHAR(2048) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  disabled      TINYINT(1) NOT NULL DEFAULT 0,
  created_at    DATETIME(3) NOT NULL,
  updated_at    DATETIME(3) NOT NULL,
  last_login_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY staff_email (email)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE staff;
