-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE order_addresses (
  order_id   CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name       VARCHAR(200) NOT NULL,
  phone      VARCHAR(40) NOT NULL,
  line1      VARCHAR(200) NOT NULL,
  line2      VARCHAR(200) NOT NULL,
  city       VARCHAR(200) NOT NULL,
  region     VARCHAR(200) NOT NULL,
  postcode   VARCHAR(20) NOT NULL,
  country    VARCHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (order_id),
  KEY order_addresses_by_time (created_at),
  CONSTRAINT order_addresses_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE order_addresses;
