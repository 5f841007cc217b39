-- +goose Up
CREATE TABLE coupons (
  id              TEXT NOT NULL,
  code            TEXT NOT NULL,
  kind            TEXT NOT NULL,
  value           TEXT NOT NULL COLLATE DECIMAL,
  minimum         TEXT NOT NULL COLLATE DECIMAL,
  category_ids    TEXT NOT NULL,
  starts_at       DATETIME NULL,
  ends_at         DATETIME NULL,
  max_uses        INTEGER NOT NULL,
  max_per_shopper INTEGER NOT NULL,
  uses            INTEGER NOT NULL,
  enabled         BOOLEAN NOT NULL,
  note            TEXT NOT NULL,
  version         INTEGER NOT NULL,
  created_at      DATETIME NOT NULL,
  updated_at      DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX coupons_code ON coupons (code);
CREATE INDEX coupons_by_time ON coupons (created_at, id);

-- +goose Down
DROP TABLE coupons;
