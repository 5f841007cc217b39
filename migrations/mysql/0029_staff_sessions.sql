-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE staff_sessions (
  id          CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  staff_id    CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  stage       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  remote_addr VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  user_agent  VARCHAR(500) NOT NULL DEFAULT '',
  created_at  DATETIME(3) NOT NULL,
  seen_at     DATETIME(3) NOT NULL,
  expires_at  DATETIME(3) NOT NULL,
  step_up_at  DATETIME(3) NULL,
  PRIMARY KEY (id),
  KEY staff_sessions_by_staff (staff_id),
  KEY staff_sessions_expires_at (expires_at),
  CONSTRAINT staff_sessions_staff FOREIGN KEY (staff_id) REFERENCES staff (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE staff_sessions;
