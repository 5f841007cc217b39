-- +goose Up
CREATE TABLE discrepancies (
  id           TEXT NOT NULL,
  day          TEXT NOT NULL,
  kind         TEXT NOT NULL,
  `key`        TEXT NOT NULL,
  type         TEXT NOT NULL,
  app_order_id TEXT NOT NULL,
  order_id     TEXT NOT NULL DEFAULT '',
  coin         TEXT NOT NULL DEFAULT '',
  theirs       TEXT NOT NULL COLLATE DECIMAL,
  ours         TEXT NOT NULL COLLATE DECIMAL,
  state        TEXT NOT NULL,
  owner_id     TEXT NOT NULL DEFAULT '',
  note         TEXT NOT NULL DEFAULT '',
  created_at   DATETIME NOT NULL,
  updated_at   DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX discrepancies_key ON discrepancies (day, kind, `key`);
CREATE INDEX discrepancies_by_day ON discrepancies (day, state, id);
CREATE INDEX discrepancies_by_state ON discrepancies (state, id);
CREATE INDEX discrepancies_by_kind ON discrepancies (kind, id);
CREATE INDEX discrepancies_of ON discrepancies (app_order_id);

-- +goose Down
DROP TABLE discrepancies;
