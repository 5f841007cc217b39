-- +goose NO TRANSACTION
-- +goose Up

-- The schema of the shop on MySQL and MariaDB, in the order of the shop's things. migrations/sqlite has the same for SQLite.
--
-- MySQL commits every statement at once. So that a run which stopped half-way can be continued by the next "coincart migrate up", each
-- table is one statement, with its keys, that does nothing where the table is there.
--
-- What holds for all tables:
--   id         UUIDv7 as text, unless said otherwise. Columns that may name no row have '' and no foreign key.
--   times      UTC, to the millisecond: DATETIME(3). NULL: it has not happened, or never will.
--   amounts    DECIMAL(36,18); of the shop's currency, unless a coin is named. Never floats.
--   flags      1: yes, 0: no.
--   texts      JSON translations of the row's own columns: {"zh-Hans": {"title": "…"}}; {}: none.
--   position   place in the shopkeeper's own order, rising.
--   version    rises with every change by a person: a form that was opened before is refused (optimistic locking).
--   due_at     when a worker takes the row up next; NULL: never. lease names the worker's claim, tries counts them (models/store, Queue).
--   staff_id   who of the staff asked for it; empty: the shop itself, or the command line. who is their e-mail at that time.
--
-- ascii_bin is for what machines write, utf8mb4_bin for what must match exactly, the table's collation for what people read and search.


-- ==== Catalogue ====
-- What the shop shows and sells. A product is one page; what is bought are its variants.

-- A category groups products; categories form a tree.
CREATE TABLE IF NOT EXISTS categories (
  id         CHAR(36) COLLATE ascii_bin NOT NULL,
  slug       VARCHAR(190) COLLATE utf8mb4_bin NOT NULL,              -- last part of its address
  name       VARCHAR(200) NOT NULL,
  summary    VARCHAR(1000) NOT NULL,
  picture    VARCHAR(255) NOT NULL,                                  -- name of a static file or of an upload (media.source); empty: none
  position   INT NOT NULL,
  texts      MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,                -- may translate name and summary
  parent_id  VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '',      -- empty: at the top
  -- The ids from the top down to the category, each between slashes: all below it are found by this beginning.
  path       VARCHAR(190) COLLATE ascii_bin NOT NULL DEFAULT '',
  hidden     TINYINT(1) NOT NULL DEFAULT 0,                          -- no page and in no list; its products are sold all the same
  version    INT NOT NULL DEFAULT 1,
  updated_at DATETIME(3) NOT NULL DEFAULT '2026-01-01 00:00:00.000', -- the store always sets it: the default is not used
  PRIMARY KEY (id),
  UNIQUE KEY categories_slug (slug)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A product is one page of the catalogue, with what lists show of its variants.
CREATE TABLE IF NOT EXISTS products (
  id             CHAR(36) COLLATE ascii_bin NOT NULL,
  slug           VARCHAR(190) COLLATE utf8mb4_bin NOT NULL, -- last part of its address
  category_id    CHAR(36) COLLATE ascii_bin NOT NULL,       -- the primary one; product_categories has all
  title          VARCHAR(200) NOT NULL,
  summary        VARCHAR(1000) NOT NULL,
  description    MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,   -- plain text, paragraphs divided by empty lines
  cover          VARCHAR(255) NOT NULL,                     -- source of the first picture, so that a list needs no join
  cover_alt      VARCHAR(500) NOT NULL,
  featured       TINYINT(1) NOT NULL,
  hidden         TINYINT(1) NOT NULL,                       -- not published
  position       INT NOT NULL,
  texts          MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,   -- may translate title, summary, description and option1, option2 …
  card_texts     MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,   -- the part of texts that lists show: title and summary
  -- The words that find it, each followed by its weight, sorted, with spaces between; search_terms is made from it.
  search_text    MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  min_price      DECIMAL(36,18) NOT NULL,                   -- lowest and highest price of its variants now, in the shop's currency
  max_price      DECIMAL(36,18) NOT NULL,
  variant_count  INT NOT NULL,                              -- variants that are for sale
  created_at     DATETIME(3) NOT NULL,
  updated_at     DATETIME(3) NOT NULL,
  -- JSON list, such as Colour and Size; empty: there is nothing to choose.
  option_names   VARCHAR(2000) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  version        INT NOT NULL DEFAULT 1,
  min_regular    DECIMAL(36,18) NOT NULL DEFAULT 0,         -- regular price of the variant with the lowest price now
  on_sale        TINYINT(1) NOT NULL DEFAULT 0,             -- a variant is sold below its regular price now
  untracked      TINYINT(1) NOT NULL DEFAULT 0,             -- the stock of a variant is not counted
  -- When a sale begins or ends next and the prices here must be computed again; NULL: never.
  price_due_at   DATETIME(3) NULL,
  search_version INT NOT NULL DEFAULT 0,                    -- the rules by which search_text was made; 0 asks for it to be made again
  PRIMARY KEY (id),
  UNIQUE KEY products_slug (slug),
  KEY products_by_category (category_id, hidden, position, id),
  KEY products_by_position (hidden, position, id),
  KEY products_by_due (price_due_at),
  KEY products_by_search_version (search_version),
  KEY products_by_title (title, id),
  KEY products_by_update (updated_at, id),
  -- What a search sorts and filters by, so that it does not read whole products.
  KEY products_found (id, hidden, position, min_price, created_at, title),
  CONSTRAINT products_category FOREIGN KEY (category_id) REFERENCES categories (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A variant is what a shopper buys: one SKU with its price and its stock.
CREATE TABLE IF NOT EXISTS variants (
  id         CHAR(36) COLLATE ascii_bin NOT NULL,
  product_id CHAR(36) COLLATE ascii_bin NOT NULL,
  sku        VARCHAR(100) COLLATE utf8mb4_bin NOT NULL,
  title      VARCHAR(200) NOT NULL,                                 -- the options, such as Large / Sand; empty: the product's only variant
  price      DECIMAL(36,18) NOT NULL,                               -- the regular one, in the shop's currency
  on_hand    INT NOT NULL,                                          -- pieces that can still be sold: the sum of its stock_movements
  reserved   INT NOT NULL,                                          -- pieces promised to unpaid orders
  sold       INT NOT NULL,                                          -- pieces that have left
  position   INT NOT NULL,
  texts      MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,               -- may translate title and option1, option2 …
  sale_price DECIMAL(36,18) NOT NULL DEFAULT 0,                     -- 0: none
  sale_from  DATETIME(3) NULL,                                      -- NULL: has always been valid
  -- First instant at which the sale price is not valid any more; NULL: no end.
  sale_until DATETIME(3) NULL,
  options    VARCHAR(2000) COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- JSON list of values, parallel to products.option_names
  picture    VARCHAR(255) NOT NULL DEFAULT '',                      -- source of the picture that shows this variant; empty: the product's
  weight     DECIMAL(36,18) NOT NULL DEFAULT 0,                     -- kilograms
  is_virtual TINYINT(1) NOT NULL DEFAULT 0,                         -- needs no delivery
  untracked  TINYINT(1) NOT NULL DEFAULT 0,                         -- stock is not counted: always for sale, never reserved
  -- Pieces at or below which it is reported as low; 0: the shop's setting stock.low.
  low_stock  INT NOT NULL DEFAULT 0,
  barcode    VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  -- Country where it was made, for customs: ISO 3166-1 alpha-2; NULL: not specified.
  origin     VARCHAR(2) COLLATE ascii_bin NULL,
  retired    TINYINT(1) NOT NULL DEFAULT 0,                         -- kept for the orders that name it, not for sale
  PRIMARY KEY (id),
  UNIQUE KEY variants_sku (sku),
  -- There must be no index of on_hand or reserved: MariaDB would find a variant through it ("id = ? AND on_hand >= ?"), and while
  -- another order changes the same variant, it stands neither in its old place nor in its new one: stock would seem to be gone.
  KEY variants_by_product (product_id, position),
  CONSTRAINT variants_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
  CONSTRAINT variants_on_hand CHECK (on_hand >= 0),
  CONSTRAINT variants_reserved CHECK (reserved >= 0),
  CONSTRAINT variants_sold CHECK (sold >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A picture shows a product.
CREATE TABLE IF NOT EXISTS pictures (
  id         CHAR(36) COLLATE ascii_bin NOT NULL,
  product_id CHAR(36) COLLATE ascii_bin NOT NULL,
  source     VARCHAR(255) NOT NULL,                   -- name of a static file or of an upload (media.source)
  alt        VARCHAR(500) NOT NULL,                   -- text for people who do not see it
  position   INT NOT NULL,
  texts      MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL, -- may translate alt
  PRIMARY KEY (id),
  KEY pictures_by_product (product_id, position),
  CONSTRAINT pictures_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- An uploaded picture; its files are in media_files.
CREATE TABLE IF NOT EXISTS media (
  hash       CHAR(26) COLLATE ascii_bin NOT NULL, -- of the upload, 26 characters of a–z and 2–7
  -- The name by which products and categories show it: media/<hash>-<width>x<height>.<format>.
  source     VARCHAR(100) COLLATE ascii_bin NOT NULL,
  width      INT NOT NULL,                        -- pixels of the upright original
  height     INT NOT NULL,
  kept       BOOLEAN NOT NULL,                    -- something was stored that shows it; until then the upload may be forgotten
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (hash),
  KEY media_by_kept (kept, created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- An uploaded picture in one size. It lies in the database so that every replica can serve it.
CREATE TABLE IF NOT EXISTS media_files (
  hash   CHAR(26) COLLATE ascii_bin NOT NULL,
  size   VARCHAR(8) COLLATE ascii_bin NOT NULL, -- small, medium or large
  format VARCHAR(8) COLLATE ascii_bin NOT NULL, -- jpg, png or webp
  data   MEDIUMBLOB NULL,
  PRIMARY KEY (hash, size),
  CONSTRAINT media_files_media FOREIGN KEY (hash) REFERENCES media (hash) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A category that a product is in.
CREATE TABLE IF NOT EXISTS product_categories (
  product_id  CHAR(36) COLLATE ascii_bin NOT NULL,
  category_id CHAR(36) COLLATE ascii_bin NOT NULL,
  position    INT NOT NULL, -- 0: the primary category
  PRIMARY KEY (product_id, category_id),
  KEY product_categories_by_category (category_id, product_id),
  CONSTRAINT product_categories_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
  CONSTRAINT product_categories_category FOREIGN KEY (category_id) REFERENCES categories (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A tag of a product.
CREATE TABLE IF NOT EXISTS product_tags (
  tag        VARCHAR(100) COLLATE utf8mb4_bin NOT NULL, -- as it is written
  product_id CHAR(36) COLLATE ascii_bin NOT NULL,
  position   INT NOT NULL,
  PRIMARY KEY (tag, product_id),
  KEY product_tags_by_product (product_id, position),
  CONSTRAINT product_tags_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A former address, which leads to the present one.
CREATE TABLE IF NOT EXISTS slug_redirects (
  kind       VARCHAR(16) COLLATE ascii_bin NOT NULL,    -- product or category
  slug       VARCHAR(190) COLLATE utf8mb4_bin NOT NULL, -- the former one
  target_id  CHAR(36) COLLATE ascii_bin NOT NULL,       -- id of the product or category
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (kind, slug),
  KEY slug_redirects_by_target (target_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A word that finds a product. There is no index by product: products.search_text lists a product's words.
CREATE TABLE IF NOT EXISTS search_terms (
  term       VARCHAR(64) COLLATE utf8mb4_bin NOT NULL, -- folded: without case and accents
  product_id CHAR(36) COLLATE ascii_bin NOT NULL,
  weight     INT NOT NULL,                             -- 1 text, 2 category, 4 SKU, barcode, tag or option, 8 title
  PRIMARY KEY (term, product_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;


-- ==== Stock ====
-- Every change of variants.on_hand is a movement. What orders hold is in reservations, under Orders.

-- A line of a variant's stock ledger; lines are never changed.
CREATE TABLE IF NOT EXISTS stock_movements (
  id         CHAR(36) COLLATE ascii_bin NOT NULL,
  variant_id CHAR(36) COLLATE ascii_bin NOT NULL,
  order_id   VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '', -- empty: no order is the cause
  kind       VARCHAR(16) COLLATE ascii_bin NOT NULL,            -- import, reservation, release, sale, return, correction
  quantity   INT NOT NULL,                                      -- pieces, signed: the effect on variants.on_hand
  note       VARCHAR(1000) NOT NULL DEFAULT '',
  created_at DATETIME(3) NOT NULL,
  who        VARCHAR(254) NOT NULL DEFAULT '',                  -- e-mail of the person; empty: the shop itself
  PRIMARY KEY (id),
  KEY stock_movements_by_variant (variant_id, created_at),
  KEY stock_movements_by_time (created_at, id),
  KEY stock_movements_by_kind (kind, created_at, id),
  CONSTRAINT stock_movements_variant FOREIGN KEY (variant_id) REFERENCES variants (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A stocktake: a sheet on which stock is counted. Nothing changes until it is booked.
CREATE TABLE IF NOT EXISTS stock_counts (
  id         CHAR(36) COLLATE ascii_bin NOT NULL,
  name       VARCHAR(200) NOT NULL,
  state      VARCHAR(16) COLLATE ascii_bin NOT NULL, -- open, booked, dropped (given up)
  who        VARCHAR(254) NOT NULL,                  -- e-mail of the person who began it
  ended_by   VARCHAR(254) NOT NULL,                  -- e-mail of the person who booked or dropped it
  version    INT NOT NULL,
  created_at DATETIME(3) NOT NULL,
  ended_at   DATETIME(3) NULL,
  PRIMARY KEY (id),
  KEY stock_counts_by_time (created_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A variant on a sheet.
CREATE TABLE IF NOT EXISTS stock_count_lines (
  count_id   CHAR(36) COLLATE ascii_bin NOT NULL,
  variant_id CHAR(36) COLLATE ascii_bin NOT NULL,
  position   INT NOT NULL,
  expected   INT NOT NULL, -- pieces that should lie on the shelf, reserved ones included, at the moment of counting
  counted    INT NULL,     -- pieces; NULL: not counted yet
  counted_at DATETIME(3) NULL,
  PRIMARY KEY (count_id, variant_id),
  KEY stock_count_lines_by_position (count_id, position),
  KEY stock_count_lines_by_variant (variant_id),
  CONSTRAINT stock_count_lines_count FOREIGN KEY (count_id) REFERENCES stock_counts (id),
  CONSTRAINT stock_count_lines_variant FOREIGN KEY (variant_id) REFERENCES variants (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;


-- ==== Coins and rates ====
-- What the shop is paid in, and what a coin costs.

-- A coin that the shop can take, with its rate and the state of its price sources.
CREATE TABLE IF NOT EXISTS coins (
  symbol        VARCHAR(32) COLLATE utf8mb4_bin NOT NULL,          -- upper case, as the exchange writes payCoinSymbol
  name          VARCHAR(100) NOT NULL,
  `precision`   INT NOT NULL,                                      -- fraction digits that the exchange takes, 0 to 18
  -- Price of one coin in the shop's currency, without the spread; 0: none yet.
  rate          DECIMAL(36,18) NOT NULL,
  rate_source   VARCHAR(100) NOT NULL,                             -- fixed: set by a person; else the name of the price source
  rate_at       DATETIME(3) NOT NULL,                              -- time of the price, as the source says
  min_amount    DECIMAL(36,18) NOT NULL,                           -- least amount of coin that the exchange takes; 0: no limit
  enabled       TINYINT(1) NOT NULL,
  position      INT NOT NULL,
  -- Of the fraction digits, the last ones that amounts do not use: they are rounded up.
  dropped       INT NOT NULL DEFAULT 0,
  spread        DECIMAL(36,18) NOT NULL DEFAULT 0,                 -- percent added to amounts of coin, for the risk of the rate
  source        VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '', -- price_sources.id; empty: the rate is set by a person
  source_symbol VARCHAR(64) NOT NULL DEFAULT '',                   -- what the source calls the pair, such as btcusdt
  second_source VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '', -- price_sources.id of a source that must agree; empty: none
  second_symbol VARCHAR(64) NOT NULL DEFAULT '',
  max_age       INT NOT NULL DEFAULT 0,                            -- seconds after which the rate is stale
  -- Percent by which a new rate may differ from the one in force before a person must accept it; 0: no limit.
  max_jump      DECIMAL(36,18) NOT NULL DEFAULT 0,
  max_deviation DECIMAL(36,18) NOT NULL DEFAULT 0,                 -- percent by which the two sources may differ; 0: no limit
  -- Why nothing is sold at this rate: missing, stale, jumped, deviates; empty: nothing is wrong.
  problem       VARCHAR(16) COLLATE ascii_bin NOT NULL DEFAULT '',
  problem_since DATETIME(3) NULL,
  fetch_problem VARCHAR(16) COLLATE ascii_bin NOT NULL DEFAULT '', -- why the last answer was not used (models.FetchProblem); empty: it was
  pending       DECIMAL(36,18) NOT NULL DEFAULT 0,                 -- rate that waits for a person to accept its jump; 0: none
  pending_at    DATETIME(3) NULL,
  checked_at    DATETIME(3) NULL,                                  -- the sources were asked last
  due_at        DATETIME(3) NULL,
  lease         VARCHAR(64) COLLATE ascii_bin NOT NULL DEFAULT '',
  version       INT NOT NULL DEFAULT 1,
  PRIMARY KEY (symbol),
  KEY coins_due (due_at),
  CONSTRAINT coins_precision CHECK (`precision` BETWEEN 0 AND 18)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- An address that answers prices as JSON.
CREATE TABLE IF NOT EXISTS price_sources (
  id         VARCHAR(36) COLLATE ascii_bin NOT NULL, -- a UUID, or exchange: the exchange's own ticker
  name       VARCHAR(100) NOT NULL,
  url        VARCHAR(500) NOT NULL,                  -- with {symbol}, and {platform} at the beginning where the exchange is meant
  path       VARCHAR(200) NOT NULL,                  -- JSON pointer (RFC 6901) to the price, such as /last
  -- JSON pointer to the price's time, seconds or milliseconds since 1970; empty: the time of reading counts.
  time_path  VARCHAR(200) NOT NULL DEFAULT '',
  enabled    TINYINT(1) NOT NULL,
  version    INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What a price source answered once.
CREATE TABLE IF NOT EXISTS rates (
  id         VARCHAR(36) COLLATE ascii_bin NOT NULL,
  coin       VARCHAR(32) COLLATE utf8mb4_bin NOT NULL, -- coins.symbol
  source     VARCHAR(36) COLLATE ascii_bin NOT NULL,   -- price_sources.id
  rate       DECIMAL(36,18) NOT NULL,                  -- 0: the answer had none
  -- Why it was not taken (models.FetchProblem, models.RateProblem); empty: it was taken.
  problem    VARCHAR(16) COLLATE ascii_bin NOT NULL DEFAULT '',
  at         DATETIME(3) NOT NULL,                     -- time of the price; created_at is when it was asked
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY rates_by_time (coin, created_at, id),
  KEY rates_age (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;


-- ==== Coupons ====
-- Codes that take something off an order. The orders that used them are in coupon_uses, under Orders.

-- A coupon with its limits.
CREATE TABLE IF NOT EXISTS coupons (
  id              CHAR(36) COLLATE ascii_bin NOT NULL,
  code            VARCHAR(64) COLLATE utf8mb4_bin NOT NULL, -- as models.FoldCoupon writes it: upper case, no spaces
  kind            VARCHAR(16) COLLATE ascii_bin NOT NULL,   -- percent, fixed, free_delivery
  value           DECIMAL(36,18) NOT NULL,                  -- percent, or an amount of the shop's currency; 0 for free_delivery
  minimum         DECIMAL(36,18) NOT NULL,                  -- least total of the lines that it is for
  category_ids    MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,  -- JSON list; empty: it is for all products
  starts_at       DATETIME(3) NULL,                         -- NULL: valid from the beginning
  ends_at         DATETIME(3) NULL,                         -- first instant at which it is not valid any more; NULL: no end
  max_uses        INT NOT NULL,                             -- 0: no limit
  max_per_shopper INT NOT NULL,                             -- 0: no limit
  uses            INT NOT NULL,                             -- coupon_uses that are held or used
  enabled         TINYINT(1) NOT NULL,
  note            VARCHAR(500) NOT NULL,                    -- for the staff
  version         INT NOT NULL,
  created_at      DATETIME(3) NOT NULL,
  updated_at      DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY coupons_code (code),
  KEY coupons_by_time (created_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- How often a shopper uses a coupon, counted so that the limit holds under concurrent orders.
CREATE TABLE IF NOT EXISTS coupon_shoppers (
  coupon_id CHAR(36) COLLATE ascii_bin NOT NULL,
  shopper   VARCHAR(64) COLLATE ascii_bin NOT NULL, -- as in coupon_uses
  uses      INT NOT NULL,                           -- coupon_uses of the shopper that are held or used
  PRIMARY KEY (coupon_id, shopper),
  CONSTRAINT coupon_shoppers_coupon FOREIGN KEY (coupon_id) REFERENCES coupons (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;


-- ==== Delivery ====
-- Where goods are sent, what that costs, and the tax there.

-- A part of the world with its ways of delivery and its tax. A zone without a place is the rest of the world.
CREATE TABLE IF NOT EXISTS zones (
  id           CHAR(36) COLLATE ascii_bin NOT NULL,
  name         VARCHAR(100) NOT NULL,
  position     INT NOT NULL,
  tax_mode     VARCHAR(16) COLLATE ascii_bin NOT NULL,  -- none, included (prices contain it), added
  tax_name     VARCHAR(100) NOT NULL,                   -- such as VAT
  tax_rate     DECIMAL(36,18) NOT NULL,                 -- percent
  tax_delivery TINYINT(1) NOT NULL,                     -- the delivery is taxed too
  version      INT NOT NULL,
  texts        MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL, -- may translate tax_name
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A country or region of a zone. The primary key keeps a place from being in two zones.
CREATE TABLE IF NOT EXISTS zone_places (
  country VARCHAR(2) COLLATE ascii_bin NOT NULL,  -- ISO 3166-1 alpha-2; empty, with region empty too: the rest of the world
  region  VARCHAR(16) COLLATE ascii_bin NOT NULL, -- code of a region of the country; empty: all of it
  zone_id CHAR(36) COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (country, region),
  KEY zone_places_by_zone (zone_id),
  CONSTRAINT zone_places_zone FOREIGN KEY (zone_id) REFERENCES zones (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A way in which goods reach a zone.
CREATE TABLE IF NOT EXISTS delivery_methods (
  id         CHAR(36) COLLATE ascii_bin NOT NULL,
  zone_id    CHAR(36) COLLATE ascii_bin NOT NULL,
  title      VARCHAR(100) NOT NULL,
  note       VARCHAR(200) NOT NULL,                   -- for the shopper, such as 2 to 4 working days
  texts      MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL, -- may translate title and note
  -- What the price goes by: flat, weight (kilograms), total (of the goods, after the discount).
  kind       VARCHAR(16) COLLATE ascii_bin NOT NULL,
  steps      MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL, -- JSON list of {from, price}, decimal texts, rising; the first begins at 0
  free_from  DECIMAL(36,18) NOT NULL,                 -- total of the goods from which it costs nothing; 0: never
  enabled    TINYINT(1) NOT NULL,
  position   INT NOT NULL,
  max_weight DECIMAL(36,18) NOT NULL DEFAULT 0,       -- most kilograms that go this way; 0: any weight
  PRIMARY KEY (id),
  KEY delivery_methods_by_zone (zone_id, position),
  CONSTRAINT delivery_methods_zone FOREIGN KEY (zone_id) REFERENCES zones (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;


-- ==== Carts and sessions ====
-- What a browser has put aside. Carts and sessions of shoppers are not tied to a person.

-- A cart with the choices made on the checkout page.
CREATE TABLE IF NOT EXISTS carts (
  id          CHAR(36) COLLATE ascii_bin NOT NULL,
  -- Names the one order that this cart can become, and is changed when the order is placed.
  form_token  VARCHAR(64) COLLATE ascii_bin NOT NULL,
  created_at  DATETIME(3) NOT NULL,
  updated_at  DATETIME(3) NOT NULL,
  -- As typed and folded; whether it counts is decided when totals are computed.
  coupon_code VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  country     VARCHAR(2) COLLATE ascii_bin NOT NULL DEFAULT '',  -- ISO 3166-1 alpha-2, where the goods go; empty: not chosen yet
  region      VARCHAR(16) COLLATE ascii_bin NOT NULL DEFAULT '',
  method_id   VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '', -- delivery_methods.id; empty: not chosen yet
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A variant in a cart.
CREATE TABLE IF NOT EXISTS cart_lines (
  cart_id    CHAR(36) COLLATE ascii_bin NOT NULL,
  variant_id CHAR(36) COLLATE ascii_bin NOT NULL,
  quantity   INT NOT NULL,
  seen_price DECIMAL(36,18) NOT NULL, -- unit price that the shopper saw last: a change is shown before it is charged
  added_at   DATETIME(3) NOT NULL,
  PRIMARY KEY (cart_id, variant_id),
  KEY cart_lines_by_variant (variant_id),
  CONSTRAINT cart_lines_cart FOREIGN KEY (cart_id) REFERENCES carts (id) ON DELETE CASCADE,
  CONSTRAINT cart_lines_variant FOREIGN KEY (variant_id) REFERENCES variants (id) ON DELETE CASCADE,
  CONSTRAINT cart_lines_quantity CHECK (quantity BETWEEN 1 AND 999)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A browser's session. The cookie has a random id.
CREATE TABLE IF NOT EXISTS sessions (
  id         CHAR(64) COLLATE ascii_bin NOT NULL, -- hex SHA-256 of the cookie's id
  cart_id    VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '',
  data       MEDIUMBLOB NULL,                     -- content, encrypted by the store
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  expires_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY sessions_expires_at (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;


-- ==== Orders ====
-- What shoppers bought, how they tried to pay, and every claim about a payment. Customers have no table of their own: an order names its
-- customer by e-mail and by a keyed digest of it, and erasing a person empties both.

-- An order with everything as it was when it was placed.
CREATE TABLE IF NOT EXISTS orders (
  id              CHAR(36) COLLATE ascii_bin NOT NULL,
  ref             VARCHAR(64) COLLATE ascii_bin NOT NULL,              -- random, in links only: opens the order's page
  return_ref      VARCHAR(64) COLLATE ascii_bin NOT NULL,              -- random, for the exchange: opens a page with nothing personal
  number          INT NULL,                                            -- in order, without gaps; NULL only until the transaction ends
  number_text     VARCHAR(32) NOT NULL DEFAULT '',                     -- number with the prefix of its day, as people read it
  -- The payment: awaiting, paid, expired, cancelled, review.
  state           VARCHAR(16) COLLATE ascii_bin NOT NULL,
  email           VARCHAR(254) NOT NULL,
  name            VARCHAR(200) NOT NULL,
  lang            VARCHAR(35) COLLATE ascii_bin NOT NULL,              -- BCP 47, language of its mails
  currency        VARCHAR(32) COLLATE utf8mb4_bin NOT NULL,            -- the shop's when it was placed
  digits          INT NOT NULL,                                        -- fraction digits of the currency
  total           DECIMAL(36,18) NOT NULL,                             -- goods_total − discount + delivery + tax, in currency
  -- Goods JSON, byte for byte as every attempt sends it to the exchange.
  goods           MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  -- The checkout form that made it: the same form again finds the same order.
  form_token      VARCHAR(64) COLLATE ascii_bin NOT NULL,
  paid_attempt_id VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '',   -- attempt that paid it; empty until then
  created_at      DATETIME(3) NOT NULL,
  updated_at      DATETIME(3) NOT NULL,
  expires_at      DATETIME(3) NOT NULL,                                -- when the shop gives an unpaid order up
  ends_by         DATETIME(3) NOT NULL,                                -- expires_at never gets later than this, whatever is tried again
  paid_at         DATETIME(3) NULL,                                    -- NULL until paid
  due_at          DATETIME(3) NULL,                                    -- when a worker looks at it again; NULL: never
  lease           VARCHAR(64) COLLATE ascii_bin NOT NULL DEFAULT '',
  checkout_id     VARCHAR(32) COLLATE ascii_bin NOT NULL DEFAULT '',   -- checkout that it comes from; empty: it was placed in the shop
  anonymous       TINYINT(1) NOT NULL DEFAULT 0,                       -- placed without an e-mail address
  told            VARCHAR(64) COLLATE ascii_bin NOT NULL DEFAULT '',   -- the facts that its last event told
  sequence        INT NOT NULL DEFAULT 0,                              -- of its last event
  coin            VARCHAR(32) COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- of the newest attempt; empty: there is none
  balance         VARCHAR(8) COLLATE ascii_bin NOT NULL DEFAULT '',    -- how what came compares with what was asked: under, over; empty: exactly
  fulfilment      VARCHAR(8) COLLATE ascii_bin NOT NULL DEFAULT 'none', -- none, part, sent, handed; follows from the shipments
  refunds         VARCHAR(16) COLLATE ascii_bin NOT NULL DEFAULT 'none', -- none, requested, in_flight, part, all; follows from the refunds
  fulfilled_at    DATETIME(3) NULL,                                    -- when the last piece was sent or handed over
  -- Keyed digest of email, kept by the store; empty: the person was erased, or not computed yet.
  customer        VARCHAR(64) COLLATE ascii_bin NOT NULL DEFAULT '',
  goods_total     DECIMAL(36,18) NOT NULL DEFAULT 0,                   -- sum of the lines
  discount        DECIMAL(36,18) NOT NULL DEFAULT 0,
  delivery        DECIMAL(36,18) NOT NULL DEFAULT 0,
  delivery_tax    DECIMAL(36,18) NOT NULL DEFAULT 0,                   -- part of tax or contained_tax that is the delivery's
  tax             DECIMAL(36,18) NOT NULL DEFAULT 0,                   -- added to the prices
  contained_tax   DECIMAL(36,18) NOT NULL DEFAULT 0,                   -- contained in the prices
  tax_included    TINYINT(1) NOT NULL DEFAULT 0,
  tax_name        VARCHAR(100) NOT NULL DEFAULT '',
  tax_rate        DECIMAL(36,18) NOT NULL DEFAULT 0,                   -- percent
  coupon_code     VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- empty: none was used
  -- As the shopper read it, in lang; empty: no way of delivery was chosen.
  delivery_title  VARCHAR(100) NOT NULL DEFAULT '',
  -- delivery_title and tax_name in the shop's own language, for staff and files.
  shop_delivery   VARCHAR(100) NOT NULL DEFAULT '',
  shop_tax_name   VARCHAR(100) NOT NULL DEFAULT '',
  shipped         TINYINT(1) NOT NULL DEFAULT 0,                       -- goods go to order_addresses
  PRIMARY KEY (id),
  UNIQUE KEY orders_ref (ref),
  UNIQUE KEY orders_return_ref (return_ref),
  UNIQUE KEY orders_number (number),
  UNIQUE KEY orders_form_token (form_token),
  KEY orders_due_at (due_at),
  KEY orders_by_time (created_at, id, state, coin, total),
  -- Lists walk one index per state, in the order that is asked for; what they filter by besides is in the index.
  KEY orders_by_state (state, created_at, id),
  KEY orders_by_coin (state, coin, created_at, id),
  KEY orders_by_total (state, total, id, created_at),
  KEY orders_by_coin_total (state, coin, total, id, created_at),
  KEY orders_by_email (email, created_at, id),
  KEY orders_by_payment (paid_at, created_at),
  KEY orders_by_fulfilment (fulfilment, state, refunds, created_at, id),
  KEY orders_by_refunds (refunds, created_at, id),
  KEY orders_by_customer (customer, created_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Where an order is delivered. The row is deleted some time after the order is complete.
CREATE TABLE IF NOT EXISTS order_addresses (
  order_id   CHAR(36) COLLATE ascii_bin NOT NULL,
  name       VARCHAR(200) NOT NULL,
  phone      VARCHAR(40) NOT NULL,
  line1      VARCHAR(200) NOT NULL,
  line2      VARCHAR(200) NOT NULL,
  city       VARCHAR(200) NOT NULL,
  region     VARCHAR(200) NOT NULL,                 -- a code where the country's regions have one, else free text
  postcode   VARCHAR(20) NOT NULL,
  country    VARCHAR(2) COLLATE ascii_bin NOT NULL, -- ISO 3166-1 alpha-2
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (order_id),
  KEY order_addresses_by_time (created_at),
  CONSTRAINT order_addresses_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A line of an order, with names and prices as the shopper saw them.
CREATE TABLE IF NOT EXISTS order_lines (
  id            CHAR(36) COLLATE ascii_bin NOT NULL,
  order_id      CHAR(36) COLLATE ascii_bin NOT NULL,
  position      INT NOT NULL,
  -- No foreign key: the index tells whether a variant was ever ordered, and such a variant is not deleted.
  variant_id    CHAR(36) COLLATE ascii_bin NOT NULL,
  sku           VARCHAR(100) COLLATE utf8mb4_bin NOT NULL,
  slug          VARCHAR(190) COLLATE utf8mb4_bin NOT NULL, -- of the product
  title         VARCHAR(200) NOT NULL,                     -- as the shopper read it, in orders.lang
  variant_title VARCHAR(200) NOT NULL,
  -- The same in the shop's own language, for staff and files.
  shop_title    VARCHAR(200) NOT NULL DEFAULT '',
  shop_variant  VARCHAR(200) NOT NULL DEFAULT '',
  cover         VARCHAR(255) NOT NULL,
  unit_price    DECIMAL(36,18) NOT NULL,
  quantity      INT NOT NULL,
  total         DECIMAL(36,18) NOT NULL,                   -- unit_price × quantity
  discount      DECIMAL(36,18) NOT NULL DEFAULT 0,         -- its share of the order's
  tax           DECIMAL(36,18) NOT NULL DEFAULT 0,         -- added to it or contained in it
  PRIMARY KEY (id),
  KEY order_lines_by_order (order_id, position),
  KEY order_lines_by_variant (variant_id),
  CONSTRAINT order_lines_order FOREIGN KEY (order_id) REFERENCES orders (id),
  CONSTRAINT order_lines_quantity CHECK (quantity BETWEEN 1 AND 999)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Stock that is promised to an order.
-- The key that a foreign key uses must hold nothing that changes: InnoDB would lock the variant for every change of state, and two orders
-- of one variant would wait for each other.
CREATE TABLE IF NOT EXISTS reservations (
  id         CHAR(36) COLLATE ascii_bin NOT NULL,
  order_id   CHAR(36) COLLATE ascii_bin NOT NULL,
  variant_id CHAR(36) COLLATE ascii_bin NOT NULL,
  quantity   INT NOT NULL,
  state      VARCHAR(16) COLLATE ascii_bin NOT NULL, -- held, released, sold
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY reservations_order_variant (order_id, variant_id),
  KEY reservations_by_variant (variant_id),
  CONSTRAINT reservations_order FOREIGN KEY (order_id) REFERENCES orders (id),
  CONSTRAINT reservations_variant FOREIGN KEY (variant_id) REFERENCES variants (id),
  CONSTRAINT reservations_quantity CHECK (quantity >= 1)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Whom an unpaid order is counted for, so that nobody holds the whole stock. The rows of an order go with its last unpaid moment.
CREATE TABLE IF NOT EXISTS unpaid_holders (
  kind       VARCHAR(16) COLLATE ascii_bin NOT NULL, -- payer, email, network
  digest     VARCHAR(64) COLLATE ascii_bin NOT NULL, -- keyed digest of the account, the e-mail or the network address
  slot       INT NOT NULL,                           -- from 1 to the limit: two orders never have the same
  order_id   CHAR(36) COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (kind, digest, slot),
  KEY unpaid_holders_by_order (order_id),
  KEY unpaid_holders_by_time (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- An order's use of a coupon.
CREATE TABLE IF NOT EXISTS coupon_uses (
  id         CHAR(36) COLLATE ascii_bin NOT NULL,
  coupon_id  CHAR(36) COLLATE ascii_bin NOT NULL,
  order_id   CHAR(36) COLLATE ascii_bin NOT NULL,
  shopper    VARCHAR(64) COLLATE ascii_bin NOT NULL, -- keyed digest of e-mail and coupon; empty: the person was erased
  -- Held (order is unpaid), used, released (it ended unpaid), late (paid after others had reached the limit).
  state      VARCHAR(16) COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  forget_at  DATETIME(3) NULL,                       -- the person was erased: when shopper is looked at again; NULL: never
  PRIMARY KEY (id),
  UNIQUE KEY coupon_uses_order (order_id),
  KEY coupon_uses_by_coupon (coupon_id, created_at, id),
  KEY coupon_uses_by_shopper (shopper),
  KEY coupon_uses_to_forget (forget_at),
  CONSTRAINT coupon_uses_coupon FOREIGN KEY (coupon_id) REFERENCES coupons (id),
  CONSTRAINT coupon_uses_of_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- One try to pay an order: what the exchange was asked for, and at which price.
-- attempts_one_live begins with live so that the foreign key uses attempts_by_order: see reservations.
CREATE TABLE IF NOT EXISTS attempts (
  id               CHAR(36) COLLATE ascii_bin NOT NULL,
  order_id         CHAR(36) COLLATE ascii_bin NOT NULL,
  app_order_id     VARCHAR(64) COLLATE ascii_bin NOT NULL,              -- our id at the exchange (appOrderId), random, unique for ever
  order_num        VARCHAR(190) COLLATE utf8mb4_bin NULL,               -- the exchange's number (orderNum); NULL until known
  state            VARCHAR(16) COLLATE ascii_bin NOT NULL,              -- created, submitting, open, unknown, failed, closed, paid
  -- 1 while the attempt may still become paid, then NULL: an order has at most one live attempt.
  live             TINYINT(1) NULL,
  -- What the shop wants besides waiting: cancel, expire, retry; empty: nothing.
  intent           VARCHAR(16) COLLATE ascii_bin NOT NULL DEFAULT '',
  coin             VARCHAR(32) COLLATE utf8mb4_bin NOT NULL,
  amount           DECIMAL(36,18) NOT NULL,                             -- of coin, exactly as sent, spread included
  received         DECIMAL(36,18) NOT NULL DEFAULT 0,                   -- of coin: what the exchange says was paid; 0 until then
  worth            DECIMAL(36,18) NOT NULL DEFAULT 0,                   -- of received, in orders.currency at the order's rate; 0 until paid
  rate             DECIMAL(36,18) NOT NULL,                             -- price of one coin in orders.currency, frozen for this attempt
  rate_source      VARCHAR(100) NOT NULL,
  rate_at          DATETIME(3) NOT NULL,                                -- time of the rate
  payer_user_id    VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- UID that was typed; empty: the payer signed in
  payer_sealed     MEDIUMBLOB NULL,                                     -- openId and token of a payer who signed in, encrypted by the store
  scene_type       VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- orderSceneType as sent; empty: none
  -- Path and query of the pay page that the exchange named; empty: the usual one.
  pay_link         VARCHAR(1000) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  -- The exchange's code of a refusal, or one of models.Problem…; empty: none.
  problem_code     VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  checks           INT NOT NULL DEFAULT 0,                              -- questions asked so far: the place in the polling schedule
  checked_at       DATETIME(3) NULL,
  created_at       DATETIME(3) NOT NULL,
  updated_at       DATETIME(3) NOT NULL,
  sent_at          DATETIME(3) NULL,                                    -- createThirdOrder was sent last; NULL: never
  opened_at        DATETIME(3) NULL,
  paid_at          DATETIME(3) NULL,
  due_at           DATETIME(3) NULL,                                    -- when the exchange is asked next; NULL: never
  lease            VARCHAR(64) COLLATE ascii_bin NOT NULL DEFAULT '',
  refunded         DECIMAL(36,18) NOT NULL DEFAULT 0,                   -- of coin: refunds that are gone or may be, never above amount
  -- Keyed digest of the account that signed in to pay; empty: nobody did.
  payer_digest     VARCHAR(64) COLLATE ascii_bin NOT NULL DEFAULT '',
  spread           DECIMAL(36,18) NOT NULL DEFAULT 0,                   -- percent that amount has on top
  -- Until when the shop kept to the price before placing; NULL: the rate was set by a person.
  quote_expires_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY attempts_app_order_id (app_order_id),
  UNIQUE KEY attempts_order_num (order_num),
  UNIQUE KEY attempts_one_live (live, order_id),
  KEY attempts_by_order (order_id, created_at),
  KEY attempts_due_at (due_at),
  KEY attempts_by_payment (paid_at, id),
  KEY attempts_by_payer (payer_user_id, created_at),
  KEY attempts_live (live, created_at, id),
  KEY attempts_by_account (payer_digest, order_id),
  CONSTRAINT attempts_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- One claim about an attempt; rows are never changed. The columns are the allow-list: nothing else of an answer is kept.
CREATE TABLE IF NOT EXISTS evidence (
  id           CHAR(36) COLLATE ascii_bin NOT NULL,
  attempt_id   VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '',    -- empty: no attempt of this shop is meant
  order_id     VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '',
  source       VARCHAR(16) COLLATE ascii_bin NOT NULL,               -- create, callback, query, reference, cancel, statement, admin
  verified     TINYINT(1) NOT NULL,                                  -- the signature was checked, and the claim is about what was asked
  app_order_id VARCHAR(255) COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- as claimed, like the next columns; empty: the claim has none
  order_num    VARCHAR(255) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  status       VARCHAR(32) COLLATE utf8mb4_bin NOT NULL DEFAULT '',  -- 0 closed, 1 pending, 2 failed, 3 paid
  coin         VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  amount       VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',  -- decimal text as claimed
  code         VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',  -- the exchange's code of a refusal
  inbox_id     VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '',    -- callback that it came with; empty: none
  created_at   DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY evidence_by_order (order_id, created_at),
  KEY evidence_by_inbox (inbox_id),
  KEY evidence_by_attempt (attempt_id, source)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- One change of state of an order, attempt or refund, or a refused one; rows are never changed.
CREATE TABLE IF NOT EXISTS transitions (
  id         CHAR(36) COLLATE ascii_bin NOT NULL,
  order_id   VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '',
  attempt_id VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '', -- empty: not a change of an attempt
  from_state VARCHAR(16) COLLATE ascii_bin NOT NULL DEFAULT '',
  to_state   VARCHAR(16) COLLATE ascii_bin NOT NULL,
  refused    TINYINT(1) NOT NULL,                               -- the change was asked for and not allowed
  -- What asked for it: place, create, callback, query, poll, expire, cancel, retry, admin ….
  cause      VARCHAR(32) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  note       VARCHAR(1000) NOT NULL DEFAULT '',
  created_at DATETIME(3) NOT NULL,
  refund_id  VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '', -- empty: not a change of a refund
  PRIMARY KEY (id),
  KEY transitions_by_order (order_id, created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A case that a person must look at: money in the wrong place, or an alert.
CREATE TABLE IF NOT EXISTS reviews (
  id         CHAR(36) COLLATE ascii_bin NOT NULL,
  kind       VARCHAR(32) COLLATE ascii_bin NOT NULL, -- models.ReviewKind, such as late_payment or mismatch
  -- What it is about, unique with kind: an attempt's id, the exchange's order number, an inbox id, a coin ….
  subject    VARCHAR(190) COLLATE utf8mb4_bin NOT NULL,
  order_id   VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '',
  attempt_id VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '',
  note       VARCHAR(1000) NOT NULL DEFAULT '',      -- a remark (models.Remark), without secrets
  open       TINYINT(1) NOT NULL,                    -- 0: closed
  wait_until DATETIME(3) NULL,                       -- until when a person put it off; NULL: it is due
  decision   VARCHAR(24) COLLATE ascii_bin NOT NULL DEFAULT '', -- models.Decision; empty: none yet, or closed by the shop itself
  decided_by VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '', -- staff id
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  resolution VARCHAR(1000) NOT NULL DEFAULT '',      -- what the person wrote who decided, or a remark
  PRIMARY KEY (id),
  UNIQUE KEY reviews_kind_subject (kind, subject),
  KEY reviews_open (open, created_at),
  KEY reviews_by_time (created_at, id),
  KEY reviews_by_order (open, order_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A callback of the exchange, stored before it is acknowledged and opened by a worker.
CREATE TABLE IF NOT EXISTS inbox (
  id          CHAR(36) COLLATE ascii_bin NOT NULL,
  -- Hex of the digest that the signature covers: the same plaintext gives the same digest.
  digest      VARCHAR(128) COLLATE ascii_bin NOT NULL,
  data_hash   VARCHAR(64) COLLATE ascii_bin NOT NULL,   -- hex SHA-256 of data: the same callback again is the same row
  app_id      VARCHAR(255) COLLATE utf8mb4_bin NOT NULL,
  sent_time   VARCHAR(64) COLLATE utf8mb4_bin NOT NULL, -- the envelope's time as sent; not covered by the signature
  data        MEDIUMTEXT COLLATE ascii_bin NOT NULL,    -- encrypted envelope; cleared some time after handled_at
  sign        VARCHAR(2048) COLLATE ascii_bin NOT NULL, -- signature as sent; cleared together with data
  remote_addr VARCHAR(64) COLLATE utf8mb4_bin NOT NULL, -- cleared some time after received_at
  -- New, done (stored as evidence), flagged (about an order that is not this shop's), bad (cannot be read).
  state       VARCHAR(16) COLLATE ascii_bin NOT NULL,
  problem     VARCHAR(255) NOT NULL DEFAULT '',         -- why it could not be used
  tries       INT NOT NULL DEFAULT 0,
  received_at DATETIME(3) NOT NULL,
  handled_at  DATETIME(3) NULL,                         -- NULL: not yet
  due_at      DATETIME(3) NULL,                         -- NULL: handled
  lease       VARCHAR(64) COLLATE ascii_bin NOT NULL DEFAULT '',
  PRIMARY KEY (id),
  UNIQUE KEY inbox_digest_data (digest, data_hash),
  KEY inbox_due_at (due_at),
  KEY inbox_by_time (state, received_at, sent_time),
  KEY inbox_by_arrival (received_at),
  KEY inbox_by_end (handled_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A mail that waits to be sent, or was.
CREATE TABLE IF NOT EXISTS outbox (
  id         CHAR(36) COLLATE ascii_bin NOT NULL,
  kind       VARCHAR(32) COLLATE ascii_bin NOT NULL,            -- the mail's template: models.MailKind
  order_id   VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '', -- empty: it is about no order
  staff_id   VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '', -- the person of the staff that it is for; empty: it is for the order's shopper, or the customer of link_id
  link_id    VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '', -- payment link that it is about, which is an invoice; empty: it is about none
  about      VARCHAR(255) NOT NULL DEFAULT '',                  -- of a mail to a shopper: the id of a refund, or resent
  details    MEDIUMTEXT NOT NULL,                               -- of a mail to the staff: JSON of what it tells (models.MailKind)
  dedupe_key VARCHAR(190) COLLATE utf8mb4_bin NOT NULL,         -- a mail with the same key is not queued again
  state      VARCHAR(16) COLLATE ascii_bin NOT NULL,            -- waiting, sent, parked (given up, with a review), skipped (not sent on purpose)
  tries      INT NOT NULL DEFAULT 0,
  problem    VARCHAR(255) NOT NULL DEFAULT '',                  -- a remark (models.Remark): why it was given up or skipped
  created_at DATETIME(3) NOT NULL,
  sent_at    DATETIME(3) NULL,
  due_at     DATETIME(3) NULL,                                  -- NULL: sent, parked or skipped
  lease      VARCHAR(64) COLLATE ascii_bin NOT NULL DEFAULT '',
  PRIMARY KEY (id),
  UNIQUE KEY outbox_dedupe_key (dedupe_key),
  KEY outbox_due_at (due_at),
  KEY outbox_by_order (order_id),
  KEY outbox_by_link (link_id),
  KEY outbox_by_kind (kind, created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- One of the few places that a mailbox has for mails about unpaid orders: a place is free again an hour after it was taken.
CREATE TABLE IF NOT EXISTS mail_slots (
  id        CHAR(64) COLLATE ascii_bin NOT NULL, -- keyed digest of the mailbox, a colon, and the number of the place
  outbox_id CHAR(36) COLLATE ascii_bin NOT NULL, -- the mail that has it
  taken_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY mail_slots_by_mail (outbox_id),
  KEY mail_slots_taken_at (taken_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What staff wrote on an order.
CREATE TABLE IF NOT EXISTS notes (
  id         CHAR(36) COLLATE ascii_bin NOT NULL,
  order_id   CHAR(36) COLLATE ascii_bin NOT NULL,
  staff_id   VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '',
  who        VARCHAR(254) COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- e-mail at that time
  text       MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY notes_by_order (order_id, created_at),
  CONSTRAINT notes_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;


-- ==== Customers and search ====
-- What the back office finds people and orders by. All of it but the notes follows from the orders, and is brought up to date by a worker.

-- A person by their e-mail address, over all orders.
CREATE TABLE IF NOT EXISTS customers (
  id             VARCHAR(64) COLLATE ascii_bin NOT NULL,    -- keyed digest of the e-mail, as orders.customer
  email          VARCHAR(254) NOT NULL,                     -- of the newest order
  name           VARCHAR(200) COLLATE utf8mb4_bin NOT NULL, -- of the newest order
  orders         INT NOT NULL,                              -- all of them
  first_order_at DATETIME(3) NOT NULL,
  last_order_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY customers_by_last_order (last_order_at, id),
  KEY customers_by_orders (orders, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What a customer has paid for in one currency.
CREATE TABLE IF NOT EXISTS customer_sums (
  customer VARCHAR(64) COLLATE ascii_bin NOT NULL,
  currency VARCHAR(32) COLLATE utf8mb4_bin NOT NULL,
  `count`  INT NOT NULL,            -- paid orders
  amount   DECIMAL(36,18) NOT NULL, -- their totals
  PRIMARY KEY (customer, currency)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What the staff wrote about a customer. There is no foreign key: customers follow from orders, and change their ids with the key.
CREATE TABLE IF NOT EXISTS customer_notes (
  id         CHAR(36) COLLATE ascii_bin NOT NULL,
  customer   VARCHAR(64) COLLATE ascii_bin NOT NULL,
  staff_id   VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '',
  who        VARCHAR(254) COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- e-mail at that time
  text       MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY customer_notes_by_customer (customer, created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Orders that the search does not know as they are.
CREATE TABLE IF NOT EXISTS unindexed_orders (
  order_id CHAR(36) COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (order_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- How many rows a space of the search has: orders, customers. Its row is locked while the space is indexed.
CREATE TABLE IF NOT EXISTS search_spaces (
  space VARCHAR(16) COLLATE ascii_bin NOT NULL,
  last  BIGINT NOT NULL, -- highest number of a row
  PRIMARY KEY (space)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What a row of a space is found by.
CREATE TABLE IF NOT EXISTS search_texts (
  space  VARCHAR(16) COLLATE ascii_bin NOT NULL,
  seq    BIGINT NOT NULL,                         -- number of the row in its space
  row_id VARCHAR(64) COLLATE ascii_bin NOT NULL,  -- id of the order or customer
  text   MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL, -- its words, folded, with a space before and after each
  PRIMARY KEY (space, seq),
  UNIQUE KEY search_texts_row (space, row_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Which rows of a part of a space have a group of characters.
CREATE TABLE IF NOT EXISTS search_grams (
  space    VARCHAR(16) COLLATE ascii_bin NOT NULL,
  gram     VARCHAR(8) COLLATE utf8mb4_bin NOT NULL, -- three characters; with ^ the beginning of a word
  part     INT NOT NULL,                            -- seq / 8192
  postings MEDIUMBLOB NULL,                         -- places in the part, two bytes each, or one bit for each place
  PRIMARY KEY (space, gram, part)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;


-- ==== Refunds ====
-- Coin that goes back to payers. For the exchange it is a grant, not tied to the order: only the shop prevents that too much goes back.

-- A refund of one attempt's payment, or of a part of it.
CREATE TABLE IF NOT EXISTS refunds (
  id           CHAR(36) COLLATE ascii_bin NOT NULL,
  order_id     CHAR(36) COLLATE ascii_bin NOT NULL,
  attempt_id   CHAR(36) COLLATE ascii_bin NOT NULL,
  app_order_id VARCHAR(64) COLLATE ascii_bin NOT NULL,              -- our id at the exchange, fixed before the first call, unique for ever
  order_num    VARCHAR(190) COLLATE utf8mb4_bin NULL,               -- the exchange's number; NULL until known
  -- Requested, approved, submitting, unknown, accepted, confirmed, failed, declined.
  state        VARCHAR(16) COLLATE ascii_bin NOT NULL,
  amount       DECIMAL(36,18) NOT NULL,                             -- of coin
  coin         VARCHAR(32) COLLATE utf8mb4_bin NOT NULL,
  worth        DECIMAL(36,18) NOT NULL DEFAULT 0,                   -- of amount, in orders.currency at the order's rate
  reason       VARCHAR(1000) NOT NULL DEFAULT '',                   -- of the staff, for the staff
  shopper_note VARCHAR(1000) NOT NULL DEFAULT '',                   -- of the staff, for the shopper; empty: none
  restocked    TINYINT(1) NOT NULL DEFAULT 0,                       -- the pieces of refund_lines that go back on the shelf are there
  form_token   VARCHAR(64) COLLATE ascii_bin NOT NULL,              -- the form that asked for it: a double click is one refund
  requested_by VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '',   -- staff id
  approved_by  VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '',   -- staff id; below the limit the same as requested_by
  declined_by  VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '',   -- staff id; empty unless declined
  problem_code VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- the exchange's code of a refusal; empty: none
  sequence     INT NOT NULL DEFAULT 0,                              -- of its last event
  checks       INT NOT NULL DEFAULT 0,                              -- questions asked so far: the place in the polling schedule
  created_at   DATETIME(3) NOT NULL,
  updated_at   DATETIME(3) NOT NULL,
  sent_at      DATETIME(3) NULL,
  confirmed_at DATETIME(3) NULL,                                    -- the statement shows it
  due_at       DATETIME(3) NULL,
  lease        VARCHAR(64) COLLATE ascii_bin NOT NULL DEFAULT '',
  PRIMARY KEY (id),
  UNIQUE KEY refunds_app_order_id (app_order_id),
  UNIQUE KEY refunds_order_num (order_num),
  UNIQUE KEY refunds_form_token (form_token),
  KEY refunds_by_order (order_id, created_at),
  KEY refunds_by_attempt (attempt_id),
  KEY refunds_by_state (state, created_at, id),
  KEY refunds_by_time (created_at, id),
  KEY refunds_sent_at (sent_at),
  KEY refunds_by_person (requested_by, created_at),
  KEY refunds_due_at (due_at),
  CONSTRAINT refunds_order FOREIGN KEY (order_id) REFERENCES orders (id),
  CONSTRAINT refunds_attempt FOREIGN KEY (attempt_id) REFERENCES attempts (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Which pieces of an order's line a refund is for, or that it is for the delivery.
CREATE TABLE IF NOT EXISTS refund_lines (
  id            CHAR(36) COLLATE ascii_bin NOT NULL,
  refund_id     CHAR(36) COLLATE ascii_bin NOT NULL,
  order_line_id VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '', -- empty: the delivery
  quantity      INT NOT NULL,                                      -- of the line; 1 for the delivery
  unsent        INT NOT NULL DEFAULT 0,                            -- of quantity: pieces that had not been sent and will not be
  restock       TINYINT(1) NOT NULL DEFAULT 0,                     -- the pieces go back on the shelf when the exchange has taken the refund
  worth         DECIMAL(36,18) NOT NULL,                           -- in orders.currency
  PRIMARY KEY (id),
  KEY refund_lines_by_refund (refund_id),
  CONSTRAINT refund_lines_refund FOREIGN KEY (refund_id) REFERENCES refunds (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A parcel, or what was handed over at once: pieces of an order that the shopper gets together.
CREATE TABLE IF NOT EXISTS shipments (
  id         CHAR(36) COLLATE ascii_bin NOT NULL,
  order_id   CHAR(36) COLLATE ascii_bin NOT NULL,
  by_hand    TINYINT(1) NOT NULL,                              -- handed over, or sent as a file or a code: no carrier
  carrier    VARCHAR(100) NOT NULL DEFAULT '',                 -- empty: not known
  number     VARCHAR(200) NOT NULL DEFAULT '',                 -- the carrier's; empty: none
  link       VARCHAR(500) NOT NULL DEFAULT '',                 -- https address to follow the parcel; empty: none
  form_token VARCHAR(64) COLLATE ascii_bin NOT NULL,           -- the form that made it: a double click is one shipment
  sent_by    VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '', -- staff id
  sent_at    DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  undone_at  DATETIME(3) NULL,                                 -- it was not sent after all; NULL: it was
  version    INT NOT NULL DEFAULT 1,
  PRIMARY KEY (id),
  UNIQUE KEY shipments_form_token (form_token),
  KEY shipments_by_order (order_id, sent_at),
  CONSTRAINT shipments_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- How many pieces of an order's line a shipment has.
CREATE TABLE IF NOT EXISTS shipment_lines (
  id            CHAR(36) COLLATE ascii_bin NOT NULL,
  shipment_id   CHAR(36) COLLATE ascii_bin NOT NULL,
  order_line_id CHAR(36) COLLATE ascii_bin NOT NULL,
  quantity      INT NOT NULL,
  PRIMARY KEY (id),
  KEY shipment_lines_by_shipment (shipment_id),
  CONSTRAINT shipment_lines_shipment FOREIGN KEY (shipment_id) REFERENCES shipments (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;


-- ==== Other programs ====
-- Keys of other programs, what they ask shoppers to pay, and what they are told.

-- A key of the API. The key itself is not here.
CREATE TABLE IF NOT EXISTS api_keys (
  id           CHAR(36) COLLATE ascii_bin NOT NULL,
  name         VARCHAR(100) NOT NULL,
  digest       VARCHAR(64) COLLATE ascii_bin NOT NULL,            -- keyed digest of the key
  shown        VARCHAR(24) COLLATE ascii_bin NOT NULL,            -- the beginning of the key, by which people know it
  live         TINYINT(1) NOT NULL,                               -- not a demonstration's
  scopes       VARCHAR(1000) COLLATE utf8mb4_bin NOT NULL,        -- JSON list
  origins      VARCHAR(4000) COLLATE utf8mb4_bin NOT NULL,        -- JSON list: where its payers may be sent
  networks     VARCHAR(4000) COLLATE utf8mb4_bin NOT NULL,        -- JSON list: from where it may be used; empty: from everywhere
  refund_limit DECIMAL(36,18) NOT NULL,                           -- that it may refund within 24 hours, in the shop's currency
  version      VARCHAR(10) COLLATE ascii_bin NOT NULL,            -- yyyy-MM-dd, of the API
  created_by   VARCHAR(36) COLLATE ascii_bin NOT NULL,            -- staff id; empty: the command line
  created_at   DATETIME(3) NOT NULL,
  updated_at   DATETIME(3) NOT NULL,
  expires_at   DATETIME(3) NULL,                                  -- NULL: it does not end by itself
  ended_at     DATETIME(3) NULL,                                  -- when somebody ended it
  used_at      DATETIME(3) NULL,                                  -- last use, to a minute
  used_from    VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- network address of the last use; forgotten after a while
  row_version  INT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY api_keys_digest (digest)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A key that an owner has agreed to give to another program, which fetches it with a one-time code.
CREATE TABLE IF NOT EXISTS pairings (
  id           CHAR(64) COLLATE ascii_bin NOT NULL,               -- hex SHA-256 of the code
  name         VARCHAR(100) NOT NULL,                             -- of the program
  scopes       VARCHAR(1000) COLLATE utf8mb4_bin NOT NULL,        -- JSON list
  origin       VARCHAR(300) COLLATE utf8mb4_bin NOT NULL,         -- of the program
  refund_limit DECIMAL(36,18) NOT NULL,
  challenge    VARCHAR(64) COLLATE ascii_bin NOT NULL,            -- RFC 7636, S256
  created_by   VARCHAR(36) COLLATE ascii_bin NOT NULL,            -- staff id
  created_at   DATETIME(3) NOT NULL,
  expires_at   DATETIME(3) NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What somebody shall pay. It becomes an order when the payer presses pay.
CREATE TABLE IF NOT EXISTS checkouts (
  id            VARCHAR(32) COLLATE ascii_bin NOT NULL,           -- co_ and 26 random characters, in the address of its page
  key_id        VARCHAR(36) COLLATE ascii_bin NOT NULL,           -- key that made it; empty: a payment link
  link_id       VARCHAR(36) COLLATE ascii_bin NOT NULL,           -- payment link that made it; empty: a key
  live          TINYINT(1) NOT NULL,
  reference     VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,         -- the merchant's own
  status        VARCHAR(16) COLLATE ascii_bin NOT NULL,           -- open, processing, paid, review, expired, cancelled; kept by the store
  sequence      INT NOT NULL,                                     -- of its last event
  form_token    VARCHAR(64) COLLATE ascii_bin NOT NULL,           -- of the order that it becomes
  currency      VARCHAR(32) COLLATE utf8mb4_bin NOT NULL,
  digits        INT NOT NULL,
  amount        DECIMAL(36,18) NOT NULL,                          -- lines − discount + delivery + tax, in currency
  discount      DECIMAL(36,18) NOT NULL,
  delivery      DECIMAL(36,18) NOT NULL,
  tax           DECIMAL(36,18) NOT NULL,
  `lines`       MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,          -- JSON list
  email         VARCHAR(254) NOT NULL,                            -- of the payer; empty: not known
  name          VARCHAR(200) NOT NULL,
  lang          VARCHAR(35) COLLATE ascii_bin NOT NULL,
  payer_user_id VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  success_url   VARCHAR(2000) COLLATE utf8mb4_bin NOT NULL,
  cancel_url    VARCHAR(2000) COLLATE utf8mb4_bin NOT NULL,
  metadata      MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,          -- JSON
  coins         VARCHAR(1000) COLLATE utf8mb4_bin NOT NULL,       -- JSON list; empty: all
  scene_type    VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  created_at    DATETIME(3) NOT NULL,
  updated_at    DATETIME(3) NOT NULL,
  expires_at    DATETIME(3) NOT NULL,
  order_id      CHAR(36) COLLATE ascii_bin NULL,                  -- the order that it became
  due_at        DATETIME(3) NULL,                                 -- when a worker ends it; NULL: never
  lease         VARCHAR(64) COLLATE ascii_bin NOT NULL DEFAULT '',
  PRIMARY KEY (id),
  UNIQUE KEY checkouts_order (order_id),
  KEY checkouts_by_time (created_at, id),
  KEY checkouts_by_key (key_id, created_at, id),
  KEY checkouts_by_link (link_id, created_at, id),
  KEY checkouts_by_reference (reference, created_at, id),
  KEY checkouts_due_at (due_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Addresses at which anybody can pay. The page makes nothing; its button makes a checkout.
CREATE TABLE IF NOT EXISTS payment_links (
  id          CHAR(36) COLLATE ascii_bin NOT NULL,
  slug        VARCHAR(80) COLLATE ascii_bin NOT NULL,               -- of its address; never changes
  kind        VARCHAR(16) COLLATE ascii_bin NOT NULL,               -- fixed, chosen, product, invoice
  key_id      VARCHAR(36) COLLATE ascii_bin NOT NULL,               -- key that made it; empty: the staff
  title       VARCHAR(200) NOT NULL,
  text        VARCHAR(2000) NOT NULL,
  currency    VARCHAR(32) COLLATE utf8mb4_bin NOT NULL,             -- of all amounts
  digits      INT NOT NULL,
  amount      DECIMAL(36,18) NOT NULL,                              -- of a fixed amount
  min_amount  DECIMAL(36,18) NOT NULL,                              -- of a chosen amount
  max_amount  DECIMAL(36,18) NOT NULL,                              -- 0: no limit
  suggestions VARCHAR(500) COLLATE utf8mb4_bin NOT NULL,            -- JSON list of amounts
  variant_id  VARCHAR(36) COLLATE ascii_bin NOT NULL,               -- of a product
  quantity    INT NOT NULL,
  `lines`     MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,              -- JSON list, of an invoice
  due_on      DATETIME(3) NULL,                                     -- of an invoice
  email       VARCHAR(254) NOT NULL,                                -- of an invoice's customer
  name        VARCHAR(200) NOT NULL,
  lang        VARCHAR(35) COLLATE ascii_bin NOT NULL,
  reference   VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  max_uses    INT NOT NULL,                                         -- 0: any number
  uses        INT NOT NULL,                                         -- checkouts that are processing, paid or under review; kept by the store
  expires_at  DATETIME(3) NULL,                                     -- NULL: never
  ask_name    VARCHAR(16) COLLATE ascii_bin NOT NULL,               -- empty, optional, required
  ask_email   VARCHAR(16) COLLATE ascii_bin NOT NULL,
  ask_note    VARCHAR(16) COLLATE ascii_bin NOT NULL,
  ask_address VARCHAR(16) COLLATE ascii_bin NOT NULL,
  thanks      VARCHAR(1000) NOT NULL,                               -- shown after paying
  thanks_url  VARCHAR(2000) COLLATE utf8mb4_bin NOT NULL,
  scene_type  VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  send_email  TINYINT(1) NOT NULL,                                  -- of an invoice: it is mailed when it is made
  reminders   TINYINT(1) NOT NULL,                                  -- of an invoice: its customer is reminded
  enabled     TINYINT(1) NOT NULL,
  version     INT NOT NULL,                                         -- optimistic lock
  created_at  DATETIME(3) NOT NULL,
  updated_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY payment_links_slug (slug),
  KEY payment_links_by_time (created_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What a request with an Idempotency-Key was answered, written in the transaction of what it made.
CREATE TABLE IF NOT EXISTS answers (
  id         CHAR(64) COLLATE ascii_bin NOT NULL,                 -- hex SHA-256 of key, route and Idempotency-Key
  digest     CHAR(64) COLLATE ascii_bin NOT NULL,                 -- hex SHA-256 of the request's body
  status     INT NOT NULL,                                        -- of HTTP; 0: the request is being handled
  body       MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY answers_by_time (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What other programs may want to know, written in the transaction in which it happened.
CREATE TABLE IF NOT EXISTS events (
  id         VARCHAR(36) COLLATE ascii_bin NOT NULL,              -- evt_ and a UUIDv7 without dashes
  type       VARCHAR(32) COLLATE ascii_bin NOT NULL,              -- such as checkout.paid
  object_id  VARCHAR(36) COLLATE ascii_bin NOT NULL,
  order_id   VARCHAR(36) COLLATE ascii_bin NOT NULL,              -- empty: it is about no order
  key_id     VARCHAR(36) COLLATE ascii_bin NOT NULL,              -- key that made the object; empty: none did
  sequence   INT NOT NULL,                                        -- rises with each event of the object
  data       MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,             -- JSON: the object as it was then
  created_at DATETIME(3) NOT NULL,
  position   INT NULL,                                            -- in the order in which they are read; NULL until published
  PRIMARY KEY (id),
  UNIQUE KEY events_position (position),
  UNIQUE KEY events_of_object (object_id, sequence),
  KEY events_by_order (order_id, created_at),
  KEY events_by_time (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- An address that is told about events.
CREATE TABLE IF NOT EXISTS webhook_endpoints (
  id            CHAR(36) COLLATE ascii_bin NOT NULL,
  key_id        VARCHAR(36) COLLATE ascii_bin NOT NULL,           -- API key that made it; empty: staff
  url           VARCHAR(2000) COLLATE utf8mb4_bin NOT NULL,
  types         VARCHAR(4000) COLLATE utf8mb4_bin NOT NULL,       -- JSON list of types of events; empty: all
  description   VARCHAR(200) NOT NULL,
  state         VARCHAR(16) COLLATE ascii_bin NOT NULL,           -- enabled, failing, disabled
  reason        VARCHAR(16) COLLATE ascii_bin NOT NULL,           -- failures, gone, person; empty: it is enabled
  state_since   DATETIME(3) NOT NULL,
  secret_sealed BLOB NULL,                                        -- encrypted
  old_sealed    BLOB NULL,                                        -- encrypted: the secret before, which signs too until old_until
  old_until     DATETIME(3) NULL,
  key_sealed    BLOB NULL,                                        -- encrypted: ed25519 key; NULL: none
  failing_since DATETIME(3) NULL,                                 -- first failure since the last success
  tried_at      DATETIME(3) NULL,
  delivered_at  DATETIME(3) NULL,
  created_at    DATETIME(3) NOT NULL,
  updated_at    DATETIME(3) NOT NULL,
  version       INT NOT NULL,
  PRIMARY KEY (id),
  KEY webhook_endpoints_by_key (key_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- One event for one endpoint.
CREATE TABLE IF NOT EXISTS deliveries (
  id          CHAR(36) COLLATE ascii_bin NOT NULL,
  event_id    VARCHAR(36) COLLATE ascii_bin NOT NULL,
  endpoint_id CHAR(36) COLLATE ascii_bin NOT NULL,
  event_type  VARCHAR(32) COLLATE ascii_bin NOT NULL,
  object_id   VARCHAR(36) COLLATE ascii_bin NOT NULL,
  order_id    VARCHAR(36) COLLATE ascii_bin NOT NULL,             -- empty: it is about no order
  sequence    INT NOT NULL,                                       -- of the object: a later one waits for the earlier ones
  body        MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,            -- as it is sent
  state       VARCHAR(16) COLLATE ascii_bin NOT NULL,             -- waiting, delivered, parked
  tries       INT NOT NULL,
  problem     VARCHAR(32) COLLATE ascii_bin NOT NULL,             -- of the last try: models.DeliveryProblems
  status      INT NOT NULL,                                       -- of HTTP, of the last try; 0: no answer
  created_at  DATETIME(3) NOT NULL,
  ended_at    DATETIME(3) NULL,
  due_at      DATETIME(3) NULL,                                   -- NULL: it does not wait
  lease       VARCHAR(64) COLLATE ascii_bin NOT NULL DEFAULT '',
  slot        INT NULL,                                           -- 1 to 4 while it is under way
  PRIMARY KEY (id),
  UNIQUE KEY deliveries_event (event_id, endpoint_id),
  UNIQUE KEY deliveries_slot (endpoint_id, slot),
  KEY deliveries_due_at (endpoint_id, due_at),
  KEY deliveries_of_object (endpoint_id, object_id, sequence),
  KEY deliveries_by_time (endpoint_id, created_at, id),
  KEY deliveries_by_order (order_id),
  KEY deliveries_waiting (state, created_at),
  CONSTRAINT deliveries_endpoint FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- One try to deliver.
CREATE TABLE IF NOT EXISTS delivery_tries (
  id          CHAR(36) COLLATE ascii_bin NOT NULL,
  delivery_id CHAR(36) COLLATE ascii_bin NOT NULL,
  at          DATETIME(3) NOT NULL,
  took_ms     INT NOT NULL,                                       -- milliseconds
  status      INT NOT NULL,                                       -- of HTTP; 0: no answer
  problem     VARCHAR(32) COLLATE ascii_bin NOT NULL,             -- models.DeliveryProblems; empty: delivered
  answer      VARCHAR(1024) COLLATE utf8mb4_bin NOT NULL,         -- the beginning of the answer
  PRIMARY KEY (id),
  KEY delivery_tries_by_delivery (delivery_id, at),
  CONSTRAINT delivery_tries_delivery FOREIGN KEY (delivery_id) REFERENCES deliveries (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;


-- ==== Statements ====
-- The exchange's daily statements, and how they differ from the shop's records.

-- A fetched statement of one day. A later fetch of the day is a new row; the newest complete one counts.
CREATE TABLE IF NOT EXISTS statements (
  id         CHAR(36) COLLATE ascii_bin NOT NULL,
  day        CHAR(10) COLLATE ascii_bin NOT NULL,               -- yyyy-MM-dd, in zone
  zone       VARCHAR(64) COLLATE ascii_bin NOT NULL,            -- IANA name of the exchange's time zone
  state      VARCHAR(16) COLLATE ascii_bin NOT NULL,            -- fetching, complete, failed
  `lines`    INT NOT NULL DEFAULT 0,                            -- lines stored, unreadable ones included
  `count`    INT NOT NULL DEFAULT 0,                            -- lines that the exchange says there are
  pages      INT NOT NULL DEFAULT 0,                            -- pages read
  hash       VARCHAR(64) COLLATE ascii_bin NOT NULL DEFAULT '', -- hex SHA-256 over the sorted lines: two readings of the same records agree
  problem    VARCHAR(500) NOT NULL DEFAULT '',                  -- a remark (models.Remark): why it is not complete
  fetched_by VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '', -- staff id; empty: the schedule or the command line
  created_at DATETIME(3) NOT NULL,
  fetched_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  KEY statements_by_day (day, created_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A page as the exchange sent it, kept as proof.
CREATE TABLE IF NOT EXISTS statement_pages (
  statement_id CHAR(36) COLLATE ascii_bin NOT NULL,
  page         INT NOT NULL,                        -- from 1
  sealed       MEDIUMBLOB NULL,                     -- the raw page, encrypted by the store: it has openIds
  hash         CHAR(64) COLLATE ascii_bin NOT NULL, -- hex SHA-256 of the raw page
  created_at   DATETIME(3) NOT NULL,
  PRIMARY KEY (statement_id, page),
  CONSTRAINT statement_pages_statement FOREIGN KEY (statement_id) REFERENCES statements (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A line of a statement. A line that cannot be read is a row too, so that no record of the exchange is missing.
CREATE TABLE IF NOT EXISTS statement_lines (
  id           CHAR(36) COLLATE ascii_bin NOT NULL,
  statement_id CHAR(36) COLLATE ascii_bin NOT NULL,
  position     INT NOT NULL,                                         -- from 1, over all pages
  type         VARCHAR(8) COLLATE ascii_bin NOT NULL,                -- orderType: 1 payment, 11 refund or grant
  app_order_id VARCHAR(255) COLLATE ascii_bin NOT NULL,
  coin         VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,             -- upper case
  amount       DECIMAL(36,18) NOT NULL,                              -- 0: unreadable
  user_id      VARCHAR(128) COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- the payer's UID
  create_time  DATETIME(3) NULL,
  pay_time     DATETIME(3) NULL,
  -- Member that cannot be read, such as orderAmount; line: the line as a whole; empty: it was read.
  unreadable   VARCHAR(32) COLLATE ascii_bin NOT NULL DEFAULT '',
  digest       VARCHAR(64) COLLATE ascii_bin NOT NULL DEFAULT '',    -- of an unreadable line: hex SHA-256 of what came
  line_text    VARCHAR(500) NOT NULL DEFAULT '',               -- of an unreadable line: what came, without accounts
  PRIMARY KEY (id),
  UNIQUE KEY statement_lines_position (statement_id, position),
  KEY statement_lines_sorted (statement_id, type, app_order_id, position),
  KEY statement_lines_of (app_order_id),
  CONSTRAINT statement_lines_statement FOREIGN KEY (statement_id) REFERENCES statements (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The shop's side of one day of the exchange: open until everything is explained, then locked.
CREATE TABLE IF NOT EXISTS book_days (
  day          CHAR(10) COLLATE ascii_bin NOT NULL,               -- yyyy-MM-dd, in zone
  zone         VARCHAR(64) COLLATE ascii_bin NOT NULL,
  state        VARCHAR(16) COLLATE ascii_bin NOT NULL,            -- open, sealed (locked)
  statement_id VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '', -- the statement that the day was compared with last
  sealed_hash  VARCHAR(64) COLLATE ascii_bin NOT NULL DEFAULT '', -- statements.hash when it was locked
  report       MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,           -- JSON, sums of the last comparison; empty: never compared
  sealed_by    VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '', -- staff id
  created_at   DATETIME(3) NOT NULL,
  updated_at   DATETIME(3) NOT NULL,
  sealed_at    DATETIME(3) NULL,
  PRIMARY KEY (day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A difference between a statement and the shop's records, to be explained or corrected before the day is locked.
CREATE TABLE IF NOT EXISTS discrepancies (
  id           CHAR(36) COLLATE ascii_bin NOT NULL,
  day          CHAR(10) COLLATE ascii_bin NOT NULL,
  kind         VARCHAR(32) COLLATE ascii_bin NOT NULL,            -- models.DiscrepancyKind, such as amount_differs or theirs_not_ours
  -- Type:appOrderId, with #n for duplicates; of an unreadable line its position, member and digest.
  `key`        VARCHAR(300) COLLATE ascii_bin NOT NULL,
  type         VARCHAR(8) COLLATE ascii_bin NOT NULL,             -- as in statement_lines
  app_order_id VARCHAR(255) COLLATE ascii_bin NOT NULL,
  order_id     VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '', -- empty: no order of this shop
  coin         VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  theirs       DECIMAL(36,18) NOT NULL,                           -- the statement's amount; 0: no line
  ours         DECIMAL(36,18) NOT NULL,                           -- the shop's amount; 0: not in its records
  state        VARCHAR(16) COLLATE ascii_bin NOT NULL,            -- open, accepted (explained), settled (corrected)
  owner_id     VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '', -- staff id; empty: nobody works on it
  note         VARCHAR(1000) NOT NULL DEFAULT '',                 -- the newest; empty: none
  reason       VARCHAR(1000) NOT NULL DEFAULT '',                 -- why it is accepted; empty unless it is
  accepted_by  VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '', -- staff id
  line_text    VARCHAR(500) NOT NULL DEFAULT '',                  -- of an unreadable line: what came, without accounts
  version      INT NOT NULL DEFAULT 0,                            -- grows with each change that people see
  created_at   DATETIME(3) NOT NULL,
  updated_at   DATETIME(3) NOT NULL,
  accepted_at  DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY discrepancies_key (day, kind, `key`),
  KEY discrepancies_by_day (day, state, id),
  KEY discrepancies_by_state (state, id),
  KEY discrepancies_by_kind (kind, id),
  KEY discrepancies_of (app_order_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What happened to a discrepancy, one row for each fact; only added.
CREATE TABLE IF NOT EXISTS discrepancy_events (
  id             CHAR(36) COLLATE ascii_bin NOT NULL,
  discrepancy_id CHAR(36) COLLATE ascii_bin NOT NULL,
  kind           VARCHAR(16) COLLATE ascii_bin NOT NULL,            -- models.DiscrepancyEventKind, such as noted or explained
  staff_id       VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '',
  who            VARCHAR(254) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  value          VARCHAR(1000) NOT NULL DEFAULT '',                 -- a note, a reason, the staff id of an owner, or figures
  created_at     DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY discrepancy_events_of (discrepancy_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;


-- ==== Tasks and imports ====
-- Work that takes longer than a page, and files of products.

-- A background task, done by a worker of any replica.
CREATE TABLE IF NOT EXISTS tasks (
  id         CHAR(36) COLLATE ascii_bin NOT NULL,
  kind       VARCHAR(16) COLLATE ascii_bin NOT NULL,               -- models.TaskKind, such as export or import
  state      VARCHAR(16) COLLATE ascii_bin NOT NULL,               -- waiting, running, done, failed, stopped
  params     MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,              -- JSON, see the kind's code
  done       INT NOT NULL DEFAULT 0,                               -- items done
  total      INT NOT NULL DEFAULT 0,                               -- items in all; 0: not known yet
  problem    VARCHAR(500) NOT NULL DEFAULT '',                     -- a remark (models.Remark): why it failed
  staff_id   VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '',
  who        VARCHAR(254) COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- e-mail of the person who started it
  form_token VARCHAR(64) COLLATE ascii_bin NOT NULL,               -- the form that asked for it: a second click is the same task
  file_name  VARCHAR(255) NOT NULL DEFAULT '',                     -- of an export that is done
  file_type  VARCHAR(100) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  file_size  BIGINT NOT NULL DEFAULT 0,                            -- bytes
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  ended_at   DATETIME(3) NULL,
  due_at     DATETIME(3) NULL,
  lease      VARCHAR(64) COLLATE ascii_bin NOT NULL DEFAULT '',
  tries      INT NOT NULL DEFAULT 0,
  PRIMARY KEY (id),
  UNIQUE KEY tasks_form_token (form_token),
  KEY tasks_by_time (created_at, id),
  KEY tasks_due_at (due_at),
  KEY tasks_by_file (file_size, ended_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The result of one item of a task.
CREATE TABLE IF NOT EXISTS task_rows (
  task_id  CHAR(36) COLLATE ascii_bin NOT NULL,
  position INT NOT NULL,                                         -- from 1
  subject  VARCHAR(190) COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- an order's ref, an attempt's id …
  order_id VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '',
  outcome  VARCHAR(32) COLLATE ascii_bin NOT NULL,               -- cancelled, paid, unknown, failed …
  note     VARCHAR(1000) NOT NULL DEFAULT '',
  PRIMARY KEY (task_id, position),
  CONSTRAINT task_rows_task FOREIGN KEY (task_id) REFERENCES tasks (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A piece of an export's file. It lies in the database so that every replica can serve it.
CREATE TABLE IF NOT EXISTS task_chunks (
  task_id CHAR(36) COLLATE ascii_bin NOT NULL,
  number  INT NOT NULL, -- from 1
  data    MEDIUMBLOB NULL,
  PRIMARY KEY (task_id, number),
  CONSTRAINT task_chunks_task FOREIGN KEY (task_id) REFERENCES tasks (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- An uploaded file of products, what was found in it and what became of it.
CREATE TABLE IF NOT EXISTS imports (
  id           CHAR(36) COLLATE ascii_bin NOT NULL,
  file_name    VARCHAR(255) COLLATE utf8mb4_bin NOT NULL, -- as the browser calls it
  file_size    BIGINT NOT NULL,                           -- bytes
  file_lines   INT NOT NULL,
  hash         VARCHAR(64) COLLATE ascii_bin NOT NULL,    -- hex SHA-256 of the file
  options      MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,   -- JSON, models.ImportOptions
  report       MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,   -- JSON, models.ImportReport of the last check; empty: not checked yet
  catalogue    VARCHAR(64) COLLATE ascii_bin NOT NULL,    -- what the file was compared with; an import into another catalogue is refused
  check_task   VARCHAR(36) COLLATE ascii_bin NOT NULL,    -- tasks.id of the last check
  apply_task   VARCHAR(36) COLLATE ascii_bin NOT NULL,    -- tasks.id of the import
  picture_task VARCHAR(36) COLLATE ascii_bin NOT NULL,    -- tasks.id of the fetching of pictures
  staff_id     VARCHAR(36) COLLATE ascii_bin NOT NULL,
  who          VARCHAR(254) COLLATE utf8mb4_bin NOT NULL,
  created_at   DATETIME(3) NOT NULL,
  applied_at   DATETIME(3) NULL,                          -- when everything was imported; NULL: not yet
  PRIMARY KEY (id),
  KEY imports_by_time (created_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A piece of an uploaded file.
CREATE TABLE IF NOT EXISTS import_chunks (
  import_id CHAR(36) COLLATE ascii_bin NOT NULL,
  number    INT NOT NULL, -- from 1
  data      MEDIUMBLOB NULL,
  PRIMARY KEY (import_id, number),
  CONSTRAINT import_chunks_import FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- One thing that is wrong with a file.
CREATE TABLE IF NOT EXISTS import_problems (
  import_id   CHAR(36) COLLATE ascii_bin NOT NULL,
  position    INT NOT NULL,                               -- from 1, in the order of the lines
  line        INT NOT NULL,                               -- of the file; 0: the file as a whole
  column_name VARCHAR(255) COLLATE utf8mb4_bin NOT NULL,
  -- Error (nothing is imported), skipped (the row is left out), note (something of the row is).
  level       VARCHAR(16) COLLATE ascii_bin NOT NULL,
  code        VARCHAR(32) COLLATE ascii_bin NOT NULL,     -- models/productcsv names them
  sku         VARCHAR(190) COLLATE utf8mb4_bin NOT NULL,
  details     VARCHAR(4000) COLLATE utf8mb4_bin NOT NULL, -- JSON, the values for the message
  PRIMARY KEY (import_id, position),
  KEY import_problems_by_level (import_id, level, position),
  CONSTRAINT import_problems_import FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A product whose pictures an import fetches.
CREATE TABLE IF NOT EXISTS import_pictures (
  import_id  CHAR(36) COLLATE ascii_bin NOT NULL,
  position   INT NOT NULL,                            -- from 1
  product_id VARCHAR(36) COLLATE ascii_bin NOT NULL,
  line       INT NOT NULL,                            -- of the file
  sku        VARCHAR(190) COLLATE utf8mb4_bin NOT NULL,
  pictures   MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL, -- JSON list, models.WantedPicture
  state      VARCHAR(16) COLLATE ascii_bin NOT NULL,  -- waiting, done, failed (at least one could not be fetched)
  problem    MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL, -- remarks (models.Remark) about those that could not be fetched, one per line
  PRIMARY KEY (import_id, position),
  KEY import_pictures_by_state (import_id, state, position),
  CONSTRAINT import_pictures_import FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What the picture at an address is called here, so that no address is fetched twice.
CREATE TABLE IF NOT EXISTS fetched_pictures (
  address_hash VARCHAR(64) COLLATE ascii_bin NOT NULL,    -- hex SHA-256 of address
  address      VARCHAR(2000) COLLATE utf8mb4_bin NOT NULL,
  source       VARCHAR(255) COLLATE utf8mb4_bin NOT NULL, -- media.source
  fetched_at   DATETIME(3) NOT NULL,
  PRIMARY KEY (address_hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;


-- ==== Staff and audit log ====
-- The people of the back office, and what they did.

-- A person of the back office.
CREATE TABLE IF NOT EXISTS staff (
  id            CHAR(36) COLLATE ascii_bin NOT NULL,
  email         VARCHAR(254) COLLATE utf8mb4_bin NOT NULL,           -- lower case
  name          VARCHAR(200) NOT NULL,
  role          VARCHAR(16) COLLATE ascii_bin NOT NULL,              -- viewer, operator, finance, owner
  lang          VARCHAR(35) COLLATE ascii_bin NOT NULL,
  password_hash VARCHAR(512) COLLATE ascii_bin NOT NULL DEFAULT '',  -- argon2id in PHC form; empty: none yet
  totp_sealed   MEDIUMBLOB NULL,                                     -- TOTP secret, encrypted by the store; NULL: none yet
  totp_step     BIGINT NOT NULL DEFAULT 0,                           -- the last 30-second step that was used: a code is good once
  recovery_hash VARCHAR(2048) COLLATE ascii_bin NOT NULL DEFAULT '', -- hex SHA-256 of the recovery codes that are left, with spaces between
  disabled      TINYINT(1) NOT NULL DEFAULT 0,
  created_at    DATETIME(3) NOT NULL,
  updated_at    DATETIME(3) NOT NULL,
  last_login_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY staff_email (email)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Something that waits for the staff at this moment: it is deleted when it is over.
CREATE TABLE IF NOT EXISTS alerts (
  kind    VARCHAR(16) COLLATE ascii_bin NOT NULL, -- models.AlertKind: attention, refund, low_stock, callbacks, statement
  subject VARCHAR(36) COLLATE ascii_bin NOT NULL, -- the id of a review, a refund, a variant or a discrepancy; callbacks: the word itself
  since   DATETIME(3) NOT NULL,
  PRIMARY KEY (kind, subject),
  KEY alerts_since (since)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- When a person of the staff wants to be told about a kind of alert, and was told last.
CREATE TABLE IF NOT EXISTS staff_alerts (
  staff_id   CHAR(36) COLLATE ascii_bin NOT NULL,
  kind       VARCHAR(16) COLLATE ascii_bin NOT NULL,            -- an alert's, or daily: the summary of the day
  timing     VARCHAR(16) COLLATE ascii_bin NOT NULL DEFAULT '', -- now, daily, never; empty: as is usual for the role
  told_until DATETIME(3) NULL,                                  -- alerts up to this moment were told; NULL: none
  mailed_at  DATETIME(3) NULL,                                  -- NULL: never
  PRIMARY KEY (staff_id, kind),
  CONSTRAINT staff_alerts_staff FOREIGN KEY (staff_id) REFERENCES staff (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A browser that is signed in to the back office, or is signing in.
CREATE TABLE IF NOT EXISTS staff_sessions (
  id          CHAR(64) COLLATE ascii_bin NOT NULL,                 -- hex SHA-256 of the cookie's id
  staff_id    CHAR(36) COLLATE ascii_bin NOT NULL,
  stage       VARCHAR(16) COLLATE ascii_bin NOT NULL,              -- password (the code is still missing), full
  remote_addr VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- cleared after a while, like user_agent
  user_agent  VARCHAR(500) NOT NULL DEFAULT '',
  created_at  DATETIME(3) NOT NULL,
  seen_at     DATETIME(3) NOT NULL,
  expires_at  DATETIME(3) NOT NULL,
  step_up_at  DATETIME(3) NULL,                                    -- the last fresh TOTP code; NULL: none
  device_id   VARCHAR(64) COLLATE ascii_bin NOT NULL DEFAULT '',   -- staff_devices.id; empty: the code is still missing
  PRIMARY KEY (id),
  KEY staff_sessions_by_staff (staff_id),
  KEY staff_sessions_expires_at (expires_at),
  CONSTRAINT staff_sessions_staff FOREIGN KEY (staff_id) REFERENCES staff (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A browser that has signed in to an account with password and code: the failures of strangers do not slow it down.
CREATE TABLE IF NOT EXISTS staff_devices (
  id          CHAR(64) COLLATE ascii_bin NOT NULL,                 -- hex SHA-256 of the cookie's id
  staff_id    CHAR(36) COLLATE ascii_bin NOT NULL,
  remote_addr VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- of the first sign-in; cleared after a while, like user_agent
  user_agent  VARCHAR(500) NOT NULL DEFAULT '',
  created_at  DATETIME(3) NOT NULL,                                -- the first sign-in
  seen_at     DATETIME(3) NOT NULL,                                -- the last sign-in
  -- The sign-in before it, in any browser if it is the first; NULL: none.
  visited_at  DATETIME(3) NULL,
  PRIMARY KEY (id, staff_id),
  KEY staff_devices_by_staff (staff_id, created_at),
  KEY staff_devices_seen_at (seen_at),
  CONSTRAINT staff_devices_staff FOREIGN KEY (staff_id) REFERENCES staff (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A link with which somebody makes an account once.
CREATE TABLE IF NOT EXISTS invitations (
  id         CHAR(64) COLLATE ascii_bin NOT NULL,                  -- hex SHA-256 of the link's token
  email      VARCHAR(254) COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- empty: the link of the first owner, who says it
  role       VARCHAR(16) COLLATE ascii_bin NOT NULL,
  invited_by VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '',    -- staff id; empty: the setup link or the command line
  created_at DATETIME(3) NOT NULL,
  expires_at DATETIME(3) NOT NULL,
  used_at    DATETIME(3) NULL,                                     -- NULL: not yet
  PRIMARY KEY (id),
  KEY invitations_expires_at (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Failures to sign in, of an account, a network or a browser: each doubles the wait before the next try.
CREATE TABLE IF NOT EXISTS throttles (
  id            CHAR(64) COLLATE ascii_bin NOT NULL, -- hex SHA-256 of what is slowed down
  failures      INT NOT NULL,
  failed_at     DATETIME(3) NOT NULL,
  blocked_until DATETIME(3) NULL,                    -- NULL: no wait
  PRIMARY KEY (id),
  KEY throttles_failed_at (failed_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- How many requests of a program were counted within a minute, over all replicas.
CREATE TABLE IF NOT EXISTS request_counts (
  id       CHAR(64) COLLATE ascii_bin NOT NULL, -- hex SHA-256 of who is counted and of the minute
  used     INT NOT NULL,
  began_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY request_counts_began_at (began_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- How often something happened within an hour that an attack may be: the audit log gets the number when the hour is over.
CREATE TABLE IF NOT EXISTS security_counts (
  `hour`   DATETIME(3) NOT NULL,
  kind     VARCHAR(16) COLLATE ascii_bin NOT NULL,   -- models.SecurityKind, such as refused
  network  VARCHAR(64) COLLATE utf8mb4_bin NOT NULL, -- models.Network; empty: further ones, which have no row of their own
  account  VARCHAR(64) COLLATE ascii_bin NOT NULL,   -- a keyed digest of the e-mail address; empty: no account
  `count`  INT NOT NULL,
  audited  INT NOT NULL DEFAULT 0,                   -- how many of these the audit log has
  first_at DATETIME(3) NOT NULL,
  last_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (`hour`, kind, network, account),
  KEY security_counts_by_account (account, last_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- One thing that somebody did, bound to the entry before it by its hash.
CREATE TABLE IF NOT EXISTS audit_entries (
  -- 1, 2, 3 …: of two writers that read the same last entry, one has to start again.
  seq         BIGINT NOT NULL,
  at          DATETIME(3) NOT NULL,
  staff_id    VARCHAR(36) COLLATE ascii_bin NOT NULL DEFAULT '',    -- empty: the command line or the shop itself
  who         VARCHAR(254) COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- e-mail at that time, or command line
  action      VARCHAR(64) COLLATE ascii_bin NOT NULL,               -- models.AuditActions, such as order.cancel
  subject     VARCHAR(190) COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- what it was done to, such as order:<id>
  `before`    MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,              -- JSON of what changed, without secrets; empty: nothing was there
  after       MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  remote_addr VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',  -- cleared after a while, together with origin_salt
  request_id  VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  prev_hash   CHAR(64) COLLATE ascii_bin NOT NULL,                  -- hash of entry seq − 1; of the first: 64 zeros
  hash        CHAR(64) COLLATE ascii_bin NOT NULL,                  -- hex SHA-256 over the entry, models.AuditEntry.ChainHash
  -- Hex SHA-256 of origin_salt and remote_addr: the chain covers it instead of the address, which can be cleared.
  origin      VARCHAR(64) COLLATE ascii_bin NOT NULL DEFAULT '',
  origin_salt VARCHAR(64) COLLATE ascii_bin NOT NULL DEFAULT '',    -- random, so that nobody finds the address by trying all
  PRIMARY KEY (seq),
  KEY audit_by_action (action, seq),
  KEY audit_by_who (who, seq),
  KEY audit_by_subject (subject, seq),
  KEY audit_by_time (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;


-- ==== Settings and figures ====
-- What the shop is told about itself, and what it counts.

-- A setting. Where there is no row, the environment or the default holds.
CREATE TABLE IF NOT EXISTS settings (
  name   VARCHAR(100) COLLATE utf8mb4_bin NOT NULL, -- models.SettingKey, such as shop.name
  value  MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,   -- empty for a secret
  sealed BLOB NULL,                                 -- a secret's value, encrypted by the store; NULL: no secret
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The settings of one page, which are changed together.
CREATE TABLE IF NOT EXISTS setting_groups (
  name       VARCHAR(32) COLLATE ascii_bin NOT NULL,               -- shop, currency, legal, mail, orders, limits, retention
  version    INT NOT NULL,
  changed_at DATETIME(3) NOT NULL,
  who        VARCHAR(254) COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- e-mail of the person who changed them last
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Numbers that are given out one after the other, in the transaction that uses them.
CREATE TABLE IF NOT EXISTS sequences (
  name VARCHAR(32) COLLATE ascii_bin NOT NULL, -- orders, events
  last INT NOT NULL,                           -- the last number that was given
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A count of events of one day.
CREATE TABLE IF NOT EXISTS counters (
  day   CHAR(10) COLLATE ascii_bin NOT NULL,       -- yyyy-MM-dd, UTC
  name  VARCHAR(100) COLLATE utf8mb4_bin NOT NULL, -- such as notify_accepted
  value BIGINT NOT NULL,
  PRIMARY KEY (day, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- How far a table has been cleared of what is kept for a while only: everything before done_until is done.
CREATE TABLE IF NOT EXISTS retention_marks (
  name       VARCHAR(64) COLLATE ascii_bin NOT NULL, -- table and what is cleared, such as inbox.network
  done_until DATETIME(3) NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The dashboard's figures of a finished day.
CREATE TABLE IF NOT EXISTS day_figures (
  zone       VARCHAR(64) COLLATE ascii_bin NOT NULL,  -- IANA name of the time zone that day is meant in
  day        CHAR(10) COLLATE ascii_bin NOT NULL,     -- yyyy-MM-dd
  orders     INT NOT NULL,                            -- placed that day
  converted  INT NOT NULL,                            -- of these, paid by now
  paid       INT NOT NULL,                            -- paid that day
  uncalled   INT NOT NULL,                            -- of these, without any callback
  waits      MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL, -- JSON, models.Histogram of the time from order to payment
  lags       MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL, -- JSON, models.Histogram of the time that callbacks took to arrive
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (zone, day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The sums of a finished day.
CREATE TABLE IF NOT EXISTS day_sums (
  zone    VARCHAR(64) COLLATE ascii_bin NOT NULL,
  day     CHAR(10) COLLATE ascii_bin NOT NULL,
  kind    VARCHAR(16) COLLATE ascii_bin NOT NULL,   -- revenue and returned (per currency), coin and refund (per coin)
  symbol  VARCHAR(32) COLLATE utf8mb4_bin NOT NULL, -- of the currency or coin
  `count` INT NOT NULL,                             -- orders or refunds
  amount  DECIMAL(36,18) NOT NULL,
  PRIMARY KEY (zone, day, kind, symbol)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE IF EXISTS day_sums;
DROP TABLE IF EXISTS day_figures;
DROP TABLE IF EXISTS retention_marks;
DROP TABLE IF EXISTS counters;
DROP TABLE IF EXISTS sequences;
DROP TABLE IF EXISTS setting_groups;
DROP TABLE IF EXISTS settings;
DROP TABLE IF EXISTS audit_entries;
DROP TABLE IF EXISTS security_counts;
DROP TABLE IF EXISTS request_counts;
DROP TABLE IF EXISTS throttles;
DROP TABLE IF EXISTS invitations;
DROP TABLE IF EXISTS staff_devices;
DROP TABLE IF EXISTS staff_sessions;
DROP TABLE IF EXISTS staff_alerts;
DROP TABLE IF EXISTS alerts;
DROP TABLE IF EXISTS staff;
DROP TABLE IF EXISTS fetched_pictures;
DROP TABLE IF EXISTS import_pictures;
DROP TABLE IF EXISTS import_problems;
DROP TABLE IF EXISTS import_chunks;
DROP TABLE IF EXISTS imports;
DROP TABLE IF EXISTS task_chunks;
DROP TABLE IF EXISTS task_rows;
DROP TABLE IF EXISTS tasks;
DROP TABLE IF EXISTS discrepancy_events;
DROP TABLE IF EXISTS discrepancies;
DROP TABLE IF EXISTS book_days;
DROP TABLE IF EXISTS statement_lines;
DROP TABLE IF EXISTS statement_pages;
DROP TABLE IF EXISTS statements;
DROP TABLE IF EXISTS delivery_tries;
DROP TABLE IF EXISTS deliveries;
DROP TABLE IF EXISTS webhook_endpoints;
DROP TABLE IF EXISTS events;
DROP TABLE IF EXISTS answers;
DROP TABLE IF EXISTS payment_links;
DROP TABLE IF EXISTS checkouts;
DROP TABLE IF EXISTS pairings;
DROP TABLE IF EXISTS api_keys;
DROP TABLE IF EXISTS shipment_lines;
DROP TABLE IF EXISTS shipments;
DROP TABLE IF EXISTS refund_lines;
DROP TABLE IF EXISTS refunds;
DROP TABLE IF EXISTS search_grams;
DROP TABLE IF EXISTS search_texts;
DROP TABLE IF EXISTS search_spaces;
DROP TABLE IF EXISTS unindexed_orders;
DROP TABLE IF EXISTS customer_notes;
DROP TABLE IF EXISTS customer_sums;
DROP TABLE IF EXISTS customers;
DROP TABLE IF EXISTS notes;
DROP TABLE IF EXISTS mail_slots;
DROP TABLE IF EXISTS outbox;
DROP TABLE IF EXISTS inbox;
DROP TABLE IF EXISTS reviews;
DROP TABLE IF EXISTS transitions;
DROP TABLE IF EXISTS evidence;
DROP TABLE IF EXISTS attempts;
DROP TABLE IF EXISTS coupon_uses;
DROP TABLE IF EXISTS unpaid_holders;
DROP TABLE IF EXISTS reservations;
DROP TABLE IF EXISTS order_lines;
DROP TABLE IF EXISTS order_addresses;
DROP TABLE IF EXISTS orders;
DROP TABLE IF EXISTS sessions;
DROP TABLE IF EXISTS cart_lines;
DROP TABLE IF EXISTS carts;
DROP TABLE IF EXISTS delivery_methods;
DROP TABLE IF EXISTS zone_places;
DROP TABLE IF EXISTS zones;
DROP TABLE IF EXISTS coupon_shoppers;
DROP TABLE IF EXISTS coupons;
DROP TABLE IF EXISTS rates;
DROP TABLE IF EXISTS price_sources;
DROP TABLE IF EXISTS coins;
DROP TABLE IF EXISTS stock_count_lines;
DROP TABLE IF EXISTS stock_counts;
DROP TABLE IF EXISTS stock_movements;
DROP TABLE IF EXISTS search_terms;
DROP TABLE IF EXISTS slug_redirects;
DROP TABLE IF EXISTS product_tags;
DROP TABLE IF EXISTS product_categories;
DROP TABLE IF EXISTS media_files;
DROP TABLE IF EXISTS media;
DROP TABLE IF EXISTS pictures;
DROP TABLE IF EXISTS variants;
DROP TABLE IF EXISTS products;
DROP TABLE IF EXISTS categories;
