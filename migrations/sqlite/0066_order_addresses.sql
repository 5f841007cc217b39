-- +goose Up
CREATE TABLE order_addresses (
  order_id   TEXT NOT NULL,
  name       TEXT NOT NULL,
  phone      TEXT NOT NULL,
  line1      TEXT NOT NULL,
  line2      TEXT NOT NULL,
  city       TEXT NOT NULL,
  region     TEXT NOT NULL,
  postcode   TEXT NOT NULL,
  country    TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (order_id),
  CONSTRAINT order_addresses_order FOREIGN KEY (order_id) REFERENCES orders (id)
);
CREATE INDEX order_addresses_by_time ON order_addresses (created_at);

-- +goose Down
DROP TABLE order_addresses;
