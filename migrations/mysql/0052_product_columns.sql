-- +goose NO TRANSACTION
-- +goose Up
-- products_found holds what a search sorts and filters by, so that it need not read whole products.
-- search_version says by which rules the product's words were indexed, and 0 asks for it to be done again.
ALTER TABLE products
  ADD COLUMN option_names   VARCHAR(2000) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  ADD COLUMN version        INT NOT NULL DEFAULT 1,
  ADD COLUMN min_regular    DECIMAL(36,18) NOT NULL DEFAULT 0,
  ADD COLUMN on_sale        TINYINT(1) NOT NULL DEFAULT 0,
  ADD COLUMN untracked      TINYINT(1) NOT NULL DEFAULT 0,
  ADD COLUMN price_due_at   DATETIME(3) NULL,
  ADD COLUMN search_version INT NOT NULL DEFAULT 0,
  ADD KEY products_by_due (price_due_at),
  ADD KEY products_by_search_version (search_version),
  ADD KEY products_found (id, hidden, position),
  ADD KEY products_by_title (title, id),
  ADD KEY products_by_update (updated_at, id);

-- +goose Down
ALTER TABLE products
  DROP KEY products_by_update, DROP KEY products_by_title, DROP KEY products_found, DROP KEY products_by_search_version, DROP KEY products_by_due,
  DROP COLUMN search_version, DROP COLUMN price_due_at, DROP COLUMN untracked, DROP COLUMN on_sale, DROP COLUMN min_regular,
  DROP COLUMN version, DROP COLUMN option_names;
