-- +goose Up
CREATE TABLE transitions (
  id         TEXT NOT NULL,
  order_id   TEXT NOT NULL DEFAULT '',
  attempt_id TEXT NOT NULL DEFAULT '',
  from_state TEXT NOT NULL DEFAULT '',
  to_state   TEXT NOT NULL,
  refused    BOOLEAN NOT NULL,
  cause      TEXT NOT NULL DEFAULT '',
  note       TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX transitions_by_order ON transitions (order_id, created_at);

-- +goose Down
DROP TABLE transitions;
