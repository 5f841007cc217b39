-- +goose Up
CREATE TABLE carts (
  id         TEXT NOT NULL,
  form_token TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);

-- +goose Down
DROP TABLE carts;
