-- +goose Up
CREATE TABLE staff_sessions (
  id          TEXT NOT NULL,
  staff_id    TEXT NOT NULL,
  stage       TEXT NOT NULL,
  remote_addr TEXT NOT NULL DEFAULT '',
  user_agent  TEXT NOT NULL DEFAULT '',
  created_at  DATETIME NOT NULL,
  seen_at     DATETIME NOT NULL,
  expires_at  DATETIME NOT NULL,
  step_up_at  DATETIME NULL,
  PRIMARY KEY (id),
  CONSTRAINT staff_sessions_staff FOREIGN KEY (staff_id) REFERENCES staff (id)
);
CREATE INDEX staff_sessions_by_staff ON staff_sessions (staff_id);
CREATE INDEX staff_sessions_expires_at ON staff_sessions (expires_at);

-- +goose Down
DROP TABLE staff_sessions;
