-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE carts (
  id         CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  form_token VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE carts;
