-- +goose Up
-- products_found holds what a search sorts and filters by, so that it need not read whole products.
-- search_version says by which rules the product's words were indexed, and 0 asks for it to be done again.
ALTER TABLE products ADD COLUMN option_names TEXT NOT NULL DEFAULT '';
ALTER TABLE products ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE products ADD COLUMN min_regular TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL;
ALTER TABLE products ADD COLUMN on_sale BOOLEAN NOT NULL DEFAULT 0;
ALTER TABLE products ADD COLUMN untracked BOOLEAN NOT NULL DEFAULT 0;
ALTER TABLE products ADD COLUMN price_due_at DATETIME NULL;
ALTER TABLE products ADD COLUMN search_version INTEGER NOT NULL DEFAULT 0;
CREATE INDEX products_by_due ON products (price_due_at);
CREATE INDEX products_by_search_version ON products (search_version);
CREATE INDEX products_found ON products (id, hidden, position);
CREATE INDEX products_by_title ON products (title, id);
CREATE INDEX products_by_update ON products (updated_at, id);

-- +goose Down
DROP INDEX products_by_update;
DROP INDEX products_by_title;
DROP INDEX products_found;
DROP INDEX products_by_search_version;
DROP INDEX products_by_due;
ALTER TABLE products DROP COLUMN search_version;
ALTER TABLE products DROP COLUMN price_due_at;
ALTER TABLE products DROP COLUMN untracked;
ALTER TABLE products DROP COLUMN on_sale;
ALTER TABLE products DROP COLUMN min_regular;
ALTER TABLE products DROP COLUMN version;
ALTER TABLE products DROP COLUMN option_names;
