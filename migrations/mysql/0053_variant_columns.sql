-- +goose NO TRANSACTION
-- +goose Up
-- There must be no index of on_hand or reserved: MariaDB would look a variant up through it ("id = ? AND on_hand >= ?"), and while another
-- order changes the same variant it is in neither its old place nor its new one, so that stock seems to be gone that is there.
ALTER TABLE variants
  ADD COLUMN sale_price DECIMAL(36,18) NOT NULL DEFAULT 0,
  ADD COLUMN sale_from  DATETIME(3) NULL,
  ADD COLUMN sale_until DATETIME(3) NULL,
  ADD COLUMN options    VARCHAR(2000) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  ADD COLUMN picture    VARCHAR(255) NOT NULL DEFAULT '',
  ADD COLUMN weight     DECIMAL(36,18) NOT NULL DEFAULT 0,
  ADD COLUMN is_virtual TINYINT(1) NOT NULL DEFAULT 0,
  ADD COLUMN untracked  TINYINT(1) NOT NULL DEFAULT 0,
  ADD COLUMN low_stock  INT NOT NULL DEFAULT 0,
  ADD COLUMN barcode    VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  ADD COLUMN retired    TINYINT(1) NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE variants
  DROP COLUMN retired,
  DROP COLUMN barcode,
  DROP COLUMN low_stock,
  DROP COLUMN untracked,
  DROP COLUMN is_virtual,
  DROP COLUMN weight,
  DROP COLUMN picture,
  DROP COLUMN options,
  DROP COLUMN sale_until,
  DROP COLUMN sale_from,
  DROP COLUMN sale_price;
