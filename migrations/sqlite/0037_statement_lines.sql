-- +goose Up
CREATE TABLE statement_lines (
  id           TEXT NOT NULL,
  statement_id TEXT NOT NULL,
  position     INTEGER NOT NULL,
  type         TEXT NOT NULL,
  app_order_id TEXT NOT NULL,
  coin         TEXT NOT NULL,
  amount       TEXT NOT NULL COLLATE DECIMAL,
  user_id      TEXT NOT NULL DEFAULT '',
  create_time  DATETIME NULL,
  pay_time     DATETIME NULL,
  PRIMARY KEY (id),
  CONSTRAINT statement_lines_statement FOREIGN KEY (statement_id) REFERENCES statements (id)
);
CREATE UNIQUE INDEX statement_lines_position ON statement_lines (statement_id, position);
CREATE INDEX statement_lines_sorted ON statement_lines (statement_id, type, app_order_id, position);
CREATE INDEX statement_lines_of ON statement_lines (app_order_id);

-- +goose Down
DROP TABLE statement_lines;
