-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE orders (
  id              CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  ref             VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state           VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  email           VARCHAR(254) NOT NULL,
  name            VARCHAR(200) NOT NULL,
  lang            VARCHAR(35) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency        VARCHAR(32) COLLATE utf8mb4_bin NOT NULL,
  digits          INT NOT NULL,
  total           DECIMAL(36,18) NOT NULL,
  goods           MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  form_token      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  paid_attempt_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  created_at      DATETIME(3) NOT NULL,
  updated_at      DATETIME(3) NOT NULL,
  expires_at      DATETIME(3) NOT NULL,
  paid_at         DATETIME(3) NULL,
  due_at          DATETIME(3) NULL,
  lease           VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  PRIMARY KEY (id),
  UNIQUE KEY orders_ref (ref),
  UNIQUE KEY orders_form_token (form_token),
  KEY orders_due_at (due_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE orders;
