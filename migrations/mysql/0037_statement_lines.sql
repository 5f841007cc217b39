-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE statement_lines (
  id           CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  statement_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  position     INT NOT NULL,
  type         VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  app_order_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  coin         VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  amount       DECIMAL(36,18) NOT NULL,
  user_id      VARCHAR(128) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  create_time  DATETIME(3) NULL,
  pay_time     DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY statement_lines_position (statement_id, position),
  KEY statement_lines_sorted (statement_id, type, app_order_id, position),
  KEY statement_lines_of (app_order_id),
  CONSTRAINT statement_lines_statement FOREIGN KEY (statement_id) REFERENCES statements (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE statement_lines;
