-- +goose Up

-- The schema of the shop on SQLite, in the order of the shop's things. migrations/mysql has the same for MySQL and MariaDB.
-- The whole file is one transaction.
--
-- What holds for all tables:
--   id         UUIDv7 as text, unless said otherwise. Columns that may name no row have '' and no foreign key.
--   times      UTC, to the millisecond, as text of fixed width: 2006-01-02 15:04:05.000. NULL: it has not happened, or never will.
--   amounts    decimal text, compared by value (collation of models/store); of the shop's currency, unless a coin is named. Never floats.
--   flags      1: yes, 0: no.
--   texts      JSON translations of the row's own columns: {"zh-Hans": {"title": "…"}}; {}: none.
--   position   place in the shopkeeper's own order, rising.
--   version    rises with every change by a person: a form that was opened before is refused (optimistic locking).
--   due_at     when a worker takes the row up next; NULL: never. lease names the worker's claim, tries counts them (models/store, Queue).
--   staff_id   who of the staff asked for it; empty: the shop itself, or the command line. who is their e-mail at that time.


-- ==== Catalogue ====
-- What the shop shows and sells. A product is one page; what is bought are its variants.

-- A category groups products; categories form a tree.
CREATE TABLE categories (
  id         TEXT NOT NULL,
  slug       TEXT NOT NULL,                                       -- last part of its address
  name       TEXT NOT NULL,
  summary    TEXT NOT NULL,
  picture    TEXT NOT NULL,                                       -- name of a static file or of an upload (media.source); empty: none
  position   INTEGER NOT NULL,
  texts      TEXT NOT NULL,                                       -- may translate name and summary
  parent_id  TEXT NOT NULL DEFAULT '',                            -- empty: at the top
  -- The ids from the top down to the category, each between slashes: all below it are found by this beginning.
  path       TEXT NOT NULL DEFAULT '',
  hidden     BOOLEAN NOT NULL DEFAULT 0,                          -- no page and in no list; its products are sold all the same
  version    INTEGER NOT NULL DEFAULT 1,
  updated_at DATETIME NOT NULL DEFAULT '2026-01-01 00:00:00.000', -- the store always sets it: the default is not used
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX categories_slug ON categories (slug);

-- A product is one page of the catalogue, with what lists show of its variants.
CREATE TABLE products (
  id             TEXT NOT NULL,
  slug           TEXT NOT NULL,                             -- last part of its address
  category_id    TEXT NOT NULL,                             -- the primary one; product_categories has all
  title          TEXT NOT NULL COLLATE NOCASE,
  summary        TEXT NOT NULL,
  description    TEXT NOT NULL,                             -- plain text, paragraphs divided by empty lines
  cover          TEXT NOT NULL,                             -- source of the first picture, so that a list needs no join
  cover_alt      TEXT NOT NULL,
  featured       BOOLEAN NOT NULL,
  hidden         BOOLEAN NOT NULL,                          -- not published
  position       INTEGER NOT NULL,
  texts          TEXT NOT NULL,                             -- may translate title, summary, description and option1, option2 …
  card_texts     TEXT NOT NULL,                             -- the part of texts that lists show: title and summary
  -- The words that find it, each followed by its weight, sorted, with spaces between; search_terms is made from it.
  search_text    TEXT NOT NULL,
  min_price      TEXT NOT NULL COLLATE DECIMAL,             -- lowest and highest price of its variants now, in the shop's currency
  max_price      TEXT NOT NULL COLLATE DECIMAL,
  variant_count  INTEGER NOT NULL,                          -- variants that are for sale
  created_at     DATETIME NOT NULL,
  updated_at     DATETIME NOT NULL,
  option_names   TEXT NOT NULL DEFAULT '',                  -- JSON list, such as Colour and Size; empty: there is nothing to choose
  version        INTEGER NOT NULL DEFAULT 1,
  min_regular    TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL, -- regular price of the variant with the lowest price now
  on_sale        BOOLEAN NOT NULL DEFAULT 0,                -- a variant is sold below its regular price now
  untracked      BOOLEAN NOT NULL DEFAULT 0,                -- the stock of a variant is not counted
  -- When a sale begins or ends next and the prices here must be computed again; NULL: never.
  price_due_at   DATETIME NULL,
  search_version INTEGER NOT NULL DEFAULT 0,                -- the rules by which search_text was made; 0 asks for it to be made again
  PRIMARY KEY (id),
  CONSTRAINT products_category FOREIGN KEY (category_id) REFERENCES categories (id)
);
CREATE UNIQUE INDEX products_slug ON products (slug);
CREATE INDEX products_by_category ON products (category_id, hidden, position, id);
CREATE INDEX products_by_position ON products (hidden, position, id);
CREATE INDEX products_by_due ON products (price_due_at);
CREATE INDEX products_by_search_version ON products (search_version);
CREATE INDEX products_by_title ON products (title, id);
CREATE INDEX products_by_update ON products (updated_at, id);
-- What a search sorts and filters by, so that it does not read whole products.
CREATE INDEX products_found ON products (id, hidden, position, min_price, created_at, title);

-- A variant is what a shopper buys: one SKU with its price and its stock.
CREATE TABLE variants (
  id         TEXT NOT NULL,
  product_id TEXT NOT NULL,
  sku        TEXT NOT NULL,
  title      TEXT NOT NULL,                             -- the options, such as Large / Sand; empty: the product's only variant
  price      TEXT NOT NULL COLLATE DECIMAL,             -- the regular one, in the shop's currency
  on_hand    INTEGER NOT NULL,                          -- pieces that can still be sold: the sum of its stock_movements
  reserved   INTEGER NOT NULL,                          -- pieces promised to unpaid orders
  sold       INTEGER NOT NULL,                          -- pieces that have left
  position   INTEGER NOT NULL,
  texts      TEXT NOT NULL,                             -- may translate title and option1, option2 …
  sale_price TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL, -- 0: none
  sale_from  DATETIME NULL,                             -- NULL: has always been valid
  sale_until DATETIME NULL,                             -- first instant at which the sale price is not valid any more; NULL: no end
  options    TEXT NOT NULL DEFAULT '',                  -- JSON list of values, parallel to products.option_names
  picture    TEXT NOT NULL DEFAULT '',                  -- source of the picture that shows this variant; empty: the product's
  weight     TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL, -- kilograms
  is_virtual BOOLEAN NOT NULL DEFAULT 0,                -- needs no delivery
  untracked  BOOLEAN NOT NULL DEFAULT 0,                -- stock is not counted: always for sale, never reserved
  low_stock  INTEGER NOT NULL DEFAULT 0,                -- pieces at or below which it is reported as low; 0: the shop's setting stock.low
  barcode    TEXT NOT NULL DEFAULT '',
  origin     TEXT NULL,                                 -- country where it was made, for customs: ISO 3166-1 alpha-2; NULL: not specified
  retired    BOOLEAN NOT NULL DEFAULT 0,                -- kept for the orders that name it, not for sale
  PRIMARY KEY (id),
  CONSTRAINT variants_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
  CONSTRAINT variants_on_hand CHECK (on_hand >= 0),
  CONSTRAINT variants_reserved CHECK (reserved >= 0),
  CONSTRAINT variants_sold CHECK (sold >= 0)
);
CREATE UNIQUE INDEX variants_sku ON variants (sku);
CREATE INDEX variants_by_product ON variants (product_id, position);

-- A picture shows a product.
CREATE TABLE pictures (
  id         TEXT NOT NULL,
  product_id TEXT NOT NULL,
  source     TEXT NOT NULL, -- name of a static file or of an upload (media.source)
  alt        TEXT NOT NULL, -- text for people who do not see it
  position   INTEGER NOT NULL,
  texts      TEXT NOT NULL, -- may translate alt
  PRIMARY KEY (id),
  CONSTRAINT pictures_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE
);
CREATE INDEX pictures_by_product ON pictures (product_id, position);

-- An uploaded picture; its files are in media_files.
CREATE TABLE media (
  hash       TEXT NOT NULL,    -- of the upload, 26 characters of a–z and 2–7
  source     TEXT NOT NULL,    -- the name by which products and categories show it: media/<hash>-<width>x<height>.<format>
  width      INTEGER NOT NULL, -- pixels of the upright original
  height     INTEGER NOT NULL,
  kept       BOOLEAN NOT NULL, -- something was stored that shows it; until then the upload may be forgotten
  created_at DATETIME NOT NULL,
  PRIMARY KEY (hash)
);
CREATE INDEX media_by_kept ON media (kept, created_at);

-- An uploaded picture in one size. It lies in the database so that every replica can serve it.
CREATE TABLE media_files (
  hash   TEXT NOT NULL,
  size   TEXT NOT NULL, -- small, medium or large
  format TEXT NOT NULL, -- jpg, png or webp
  data   BLOB NULL,
  PRIMARY KEY (hash, size),
  CONSTRAINT media_files_media FOREIGN KEY (hash) REFERENCES media (hash) ON DELETE CASCADE
);

-- A category that a product is in.
CREATE TABLE product_categories (
  product_id  TEXT NOT NULL,
  category_id TEXT NOT NULL,
  position    INTEGER NOT NULL, -- 0: the primary category
  PRIMARY KEY (product_id, category_id),
  CONSTRAINT product_categories_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
  CONSTRAINT product_categories_category FOREIGN KEY (category_id) REFERENCES categories (id)
) WITHOUT ROWID;
CREATE INDEX product_categories_by_category ON product_categories (category_id, product_id);

-- A tag of a product.
CREATE TABLE product_tags (
  tag        TEXT NOT NULL, -- as it is written
  product_id TEXT NOT NULL,
  position   INTEGER NOT NULL,
  PRIMARY KEY (tag, product_id),
  CONSTRAINT product_tags_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX product_tags_by_product ON product_tags (product_id, position);

-- A former address, which leads to the present one.
CREATE TABLE slug_redirects (
  kind       TEXT NOT NULL, -- product or category
  slug       TEXT NOT NULL, -- the former one
  target_id  TEXT NOT NULL, -- id of the product or category
  created_at DATETIME NOT NULL,
  PRIMARY KEY (kind, slug)
) WITHOUT ROWID;
CREATE INDEX slug_redirects_by_target ON slug_redirects (target_id);

-- A word that finds a product. There is no index by product: products.search_text lists a product's words.
CREATE TABLE search_terms (
  term       TEXT NOT NULL,    -- folded: without case and accents
  product_id TEXT NOT NULL,
  weight     INTEGER NOT NULL, -- 1 text, 2 category, 4 SKU, barcode, tag or option, 8 title
  PRIMARY KEY (term, product_id)
) WITHOUT ROWID;


-- ==== Stock ====
-- Every change of variants.on_hand is a movement. What orders hold is in reservations, under Orders.

-- A line of a variant's stock ledger; lines are never changed.
CREATE TABLE stock_movements (
  id         TEXT NOT NULL,
  variant_id TEXT NOT NULL,
  order_id   TEXT NOT NULL DEFAULT '', -- empty: no order is the cause
  kind       TEXT NOT NULL,            -- import, reservation, release, sale, return, correction
  quantity   INTEGER NOT NULL,         -- pieces, signed: the effect on variants.on_hand
  note       TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL,
  who        TEXT NOT NULL DEFAULT '', -- e-mail of the person; empty: the shop itself
  PRIMARY KEY (id),
  CONSTRAINT stock_movements_variant FOREIGN KEY (variant_id) REFERENCES variants (id)
);
CREATE INDEX stock_movements_by_variant ON stock_movements (variant_id, created_at);
CREATE INDEX stock_movements_by_time ON stock_movements (created_at, id);
CREATE INDEX stock_movements_by_kind ON stock_movements (kind, created_at, id);

-- A stocktake: a sheet on which stock is counted. Nothing changes until it is booked.
CREATE TABLE stock_counts (
  id         TEXT NOT NULL,
  name       TEXT NOT NULL,
  state      TEXT NOT NULL, -- open, booked, dropped (given up)
  who        TEXT NOT NULL, -- e-mail of the person who began it
  ended_by   TEXT NOT NULL, -- e-mail of the person who booked or dropped it
  version    INTEGER NOT NULL,
  created_at DATETIME NOT NULL,
  ended_at   DATETIME NULL,
  PRIMARY KEY (id)
);
CREATE INDEX stock_counts_by_time ON stock_counts (created_at, id);

-- A variant on a sheet.
CREATE TABLE stock_count_lines (
  count_id   TEXT NOT NULL,
  variant_id TEXT NOT NULL,
  position   INTEGER NOT NULL,
  expected   INTEGER NOT NULL, -- pieces that should lie on the shelf, reserved ones included, at the moment of counting
  counted    INTEGER NULL,     -- pieces; NULL: not counted yet
  counted_at DATETIME NULL,
  PRIMARY KEY (count_id, variant_id),
  CONSTRAINT stock_count_lines_count FOREIGN KEY (count_id) REFERENCES stock_counts (id),
  CONSTRAINT stock_count_lines_variant FOREIGN KEY (variant_id) REFERENCES variants (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX stock_count_lines_by_position ON stock_count_lines (count_id, position);
CREATE INDEX stock_count_lines_by_variant ON stock_count_lines (variant_id);


-- ==== Coins and rates ====
-- What the shop is paid in, and what a coin costs.

-- A coin that the shop can take, with its rate and the state of its price sources.
CREATE TABLE coins (
  symbol        TEXT NOT NULL,                             -- upper case, as the exchange writes payCoinSymbol
  name          TEXT NOT NULL,
  `precision`   INTEGER NOT NULL,                          -- fraction digits that the exchange takes, 0 to 18
  rate          TEXT NOT NULL COLLATE DECIMAL,             -- price of one coin in the shop's currency, without the spread; 0: none yet
  rate_source   TEXT NOT NULL,                             -- fixed: set by a person; else the name of the price source
  rate_at       DATETIME NOT NULL,                         -- time of the price, as the source says
  min_amount    TEXT NOT NULL COLLATE DECIMAL,             -- least amount of coin that the exchange takes; 0: no limit
  enabled       BOOLEAN NOT NULL,
  position      INTEGER NOT NULL,
  -- Of the fraction digits, the last ones that amounts do not use: they are rounded up.
  dropped       INTEGER NOT NULL DEFAULT 0,
  spread        TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL, -- percent added to amounts of coin, for the risk of the rate
  source        TEXT NOT NULL DEFAULT '',                  -- price_sources.id; empty: the rate is set by a person
  source_symbol TEXT NOT NULL DEFAULT '',                  -- what the source calls the pair, such as btcusdt
  second_source TEXT NOT NULL DEFAULT '',                  -- price_sources.id of a source that must agree; empty: none
  second_symbol TEXT NOT NULL DEFAULT '',
  max_age       INTEGER NOT NULL DEFAULT 0,                -- seconds after which the rate is stale
  -- Percent by which a new rate may differ from the one in force before a person must accept it; 0: no limit.
  max_jump      TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL,
  max_deviation TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL, -- percent by which the two sources may differ; 0: no limit
  -- Why nothing is sold at this rate: missing, stale, jumped, deviates; empty: nothing is wrong.
  problem       TEXT NOT NULL DEFAULT '',
  problem_since DATETIME,
  fetch_problem TEXT NOT NULL DEFAULT '',                  -- why the last answer was not used (models.FetchProblem); empty: it was
  pending       TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL, -- rate that waits for a person to accept its jump; 0: none
  pending_at    DATETIME,
  checked_at    DATETIME,                                  -- the sources were asked last
  due_at        DATETIME,
  lease         TEXT NOT NULL DEFAULT '',
  version       INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (symbol),
  CONSTRAINT coins_precision CHECK (`precision` BETWEEN 0 AND 18)
) WITHOUT ROWID;
CREATE INDEX coins_due ON coins (due_at);

-- An address that answers prices as JSON.
CREATE TABLE price_sources (
  id         TEXT NOT NULL, -- a UUID, or exchange: the exchange's own ticker
  name       TEXT NOT NULL,
  url        TEXT NOT NULL, -- with {symbol}, and {platform} at the beginning where the exchange is meant
  path       TEXT NOT NULL, -- JSON pointer (RFC 6901) to the price, such as /last
  -- JSON pointer to the price's time, seconds or milliseconds since 1970; empty: the time of reading counts.
  time_path  TEXT NOT NULL DEFAULT '',
  enabled    BOOLEAN NOT NULL,
  version    INTEGER NOT NULL DEFAULT 1,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);

-- What a price source answered once.
CREATE TABLE rates (
  id         TEXT NOT NULL,
  coin       TEXT NOT NULL,                 -- coins.symbol
  source     TEXT NOT NULL,                 -- price_sources.id
  rate       TEXT NOT NULL COLLATE DECIMAL, -- 0: the answer had none
  problem    TEXT NOT NULL DEFAULT '',      -- why it was not taken (models.FetchProblem, models.RateProblem); empty: it was taken
  at         DATETIME NOT NULL,             -- time of the price; created_at is when it was asked
  created_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX rates_by_time ON rates (coin, created_at, id);
CREATE INDEX rates_age ON rates (created_at);


-- ==== Coupons ====
-- Codes that take something off an order. The orders that used them are in coupon_uses, under Orders.

-- A coupon with its limits.
CREATE TABLE coupons (
  id              TEXT NOT NULL,
  code            TEXT NOT NULL,                 -- as models.FoldCoupon writes it: upper case, no spaces
  kind            TEXT NOT NULL,                 -- percent, fixed, free_delivery
  value           TEXT NOT NULL COLLATE DECIMAL, -- percent, or an amount of the shop's currency; 0 for free_delivery
  minimum         TEXT NOT NULL COLLATE DECIMAL, -- least total of the lines that it is for
  category_ids    TEXT NOT NULL,                 -- JSON list; empty: it is for all products
  starts_at       DATETIME NULL,                 -- NULL: valid from the beginning
  ends_at         DATETIME NULL,                 -- first instant at which it is not valid any more; NULL: no end
  max_uses        INTEGER NOT NULL,              -- 0: no limit
  max_per_shopper INTEGER NOT NULL,              -- 0: no limit
  uses            INTEGER NOT NULL,              -- coupon_uses that are held or used
  enabled         BOOLEAN NOT NULL,
  note            TEXT NOT NULL,                 -- for the staff
  version         INTEGER NOT NULL,
  created_at      DATETIME NOT NULL,
  updated_at      DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX coupons_code ON coupons (code);
CREATE INDEX coupons_by_time ON coupons (created_at, id);

-- How often a shopper uses a coupon, counted so that the limit holds under concurrent orders.
CREATE TABLE coupon_shoppers (
  coupon_id TEXT NOT NULL,
  shopper   TEXT NOT NULL,    -- as in coupon_uses
  uses      INTEGER NOT NULL, -- coupon_uses of the shopper that are held or used
  PRIMARY KEY (coupon_id, shopper),
  CONSTRAINT coupon_shoppers_coupon FOREIGN KEY (coupon_id) REFERENCES coupons (id)
);


-- ==== Delivery ====
-- Where goods are sent, what that costs, and the tax there.

-- A part of the world with its ways of delivery and its tax. A zone without a place is the rest of the world.
CREATE TABLE zones (
  id           TEXT NOT NULL,
  name         TEXT NOT NULL,
  position     INTEGER NOT NULL,
  tax_mode     TEXT NOT NULL,                 -- none, included (prices contain it), added
  tax_name     TEXT NOT NULL,                 -- such as VAT
  tax_rate     TEXT NOT NULL COLLATE DECIMAL, -- percent
  tax_delivery BOOLEAN NOT NULL,              -- the delivery is taxed too
  version      INTEGER NOT NULL,
  texts        TEXT NOT NULL,                 -- may translate tax_name
  PRIMARY KEY (id)
);

-- A country or region of a zone. The primary key keeps a place from being in two zones.
CREATE TABLE zone_places (
  country TEXT NOT NULL, -- ISO 3166-1 alpha-2; empty, with region empty too: the rest of the world
  region  TEXT NOT NULL, -- code of a region of the country; empty: all of it
  zone_id TEXT NOT NULL,
  PRIMARY KEY (country, region),
  CONSTRAINT zone_places_zone FOREIGN KEY (zone_id) REFERENCES zones (id)
);
CREATE INDEX zone_places_by_zone ON zone_places (zone_id);

-- A way in which goods reach a zone.
CREATE TABLE delivery_methods (
  id         TEXT NOT NULL,
  zone_id    TEXT NOT NULL,
  title      TEXT NOT NULL,
  note       TEXT NOT NULL,                             -- for the shopper, such as 2 to 4 working days
  texts      TEXT NOT NULL,                             -- may translate title and note
  -- What the price goes by: flat, weight (kilograms), total (of the goods, after the discount).
  kind       TEXT NOT NULL,
  steps      TEXT NOT NULL,                             -- JSON list of {from, price}, decimal texts, rising; the first begins at 0
  free_from  TEXT NOT NULL COLLATE DECIMAL,             -- total of the goods from which it costs nothing; 0: never
  enabled    BOOLEAN NOT NULL,
  position   INTEGER NOT NULL,
  max_weight TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL, -- most kilograms that go this way; 0: any weight
  PRIMARY KEY (id),
  CONSTRAINT delivery_methods_zone FOREIGN KEY (zone_id) REFERENCES zones (id)
);
CREATE INDEX delivery_methods_by_zone ON delivery_methods (zone_id, position);


-- ==== Carts and sessions ====
-- What a browser has put aside. Carts and sessions of shoppers are not tied to a person.

-- A cart with the choices made on the checkout page.
CREATE TABLE carts (
  id          TEXT NOT NULL,
  form_token  TEXT NOT NULL,            -- names the one order that this cart can become, and is changed when the order is placed
  created_at  DATETIME NOT NULL,
  updated_at  DATETIME NOT NULL,
  coupon_code TEXT NOT NULL DEFAULT '', -- as typed and folded; whether it counts is decided when totals are computed
  country     TEXT NOT NULL DEFAULT '', -- ISO 3166-1 alpha-2, where the goods go; empty: not chosen yet
  region      TEXT NOT NULL DEFAULT '',
  method_id   TEXT NOT NULL DEFAULT '', -- delivery_methods.id; empty: not chosen yet
  PRIMARY KEY (id)
);

-- A variant in a cart.
CREATE TABLE cart_lines (
  cart_id    TEXT NOT NULL,
  variant_id TEXT NOT NULL,
  quantity   INTEGER NOT NULL,
  seen_price TEXT NOT NULL COLLATE DECIMAL, -- unit price that the shopper saw last: a change is shown before it is charged
  added_at   DATETIME NOT NULL,
  PRIMARY KEY (cart_id, variant_id),
  CONSTRAINT cart_lines_cart FOREIGN KEY (cart_id) REFERENCES carts (id) ON DELETE CASCADE,
  CONSTRAINT cart_lines_variant FOREIGN KEY (variant_id) REFERENCES variants (id) ON DELETE CASCADE,
  CONSTRAINT cart_lines_quantity CHECK (quantity BETWEEN 1 AND 999)
) WITHOUT ROWID;
CREATE INDEX cart_lines_by_variant ON cart_lines (variant_id);

-- A browser's session. The cookie has a random id.
CREATE TABLE sessions (
  id         TEXT NOT NULL, -- hex SHA-256 of the cookie's id
  cart_id    TEXT NOT NULL DEFAULT '',
  data       BLOB NULL,     -- content, encrypted by the store
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  expires_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX sessions_expires_at ON sessions (expires_at);


-- ==== Orders ====
-- What shoppers bought, how they tried to pay, and every claim about a payment. Customers have no table of their own: an order names its
-- customer by e-mail and by a keyed digest of it, and erasing a person empties both.

-- An order with everything as it was when it was placed.
CREATE TABLE orders (
  id              TEXT NOT NULL,
  ref             TEXT NOT NULL,                             -- random, in links only: opens the order's page
  return_ref      TEXT NOT NULL,                             -- random, for the exchange: opens a page with nothing personal
  number          INTEGER NULL,                              -- in order, without gaps; NULL only until the transaction ends
  number_text     TEXT NOT NULL DEFAULT '',                  -- number with the prefix of its day, as people read it
  state           TEXT NOT NULL,                             -- the payment: awaiting, paid, expired, cancelled, review
  email           TEXT NOT NULL COLLATE NOCASE,
  name            TEXT NOT NULL,
  lang            TEXT NOT NULL,                             -- BCP 47, language of its mails
  currency        TEXT NOT NULL,                             -- the shop's when it was placed
  digits          INTEGER NOT NULL,                          -- fraction digits of the currency
  total           TEXT NOT NULL COLLATE DECIMAL,             -- goods_total − discount + delivery + tax, in currency
  goods           TEXT NOT NULL,                             -- goods JSON, byte for byte as every attempt sends it to the exchange
  form_token      TEXT NOT NULL,                             -- the checkout form that made it: the same form again finds the same order
  paid_attempt_id TEXT NOT NULL DEFAULT '',                  -- attempt that paid it; empty until then
  created_at      DATETIME NOT NULL,
  updated_at      DATETIME NOT NULL,
  expires_at      DATETIME NOT NULL,                         -- when the shop gives an unpaid order up
  ends_by         DATETIME NOT NULL,                         -- expires_at never gets later than this, whatever is tried again
  paid_at         DATETIME NULL,                             -- NULL until paid
  due_at          DATETIME NULL,                             -- when a worker looks at it again; NULL: never
  lease           TEXT NOT NULL DEFAULT '',
  checkout_id     TEXT NOT NULL DEFAULT '',                  -- checkout that it comes from; empty: it was placed in the shop
  anonymous       BOOLEAN NOT NULL DEFAULT 0,                -- placed without an e-mail address
  told            TEXT NOT NULL DEFAULT '',                  -- the facts that its last event told
  sequence        INTEGER NOT NULL DEFAULT 0,                -- of its last event
  coin            TEXT NOT NULL DEFAULT '',                  -- of the newest attempt; empty: there is none
  balance         TEXT NOT NULL DEFAULT '',                  -- how what came compares with what was asked: under, over; empty: exactly
  fulfilment      TEXT NOT NULL DEFAULT 'none',              -- none, part, sent, handed; follows from the shipments
  refunds         TEXT NOT NULL DEFAULT 'none',              -- none, requested, in_flight, part, all; follows from the refunds
  fulfilled_at    DATETIME NULL,                             -- when the last piece was sent or handed over
  -- Keyed digest of email, kept by the store; empty: the person was erased, or not computed yet.
  customer        TEXT NOT NULL DEFAULT '',
  goods_total     TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL, -- sum of the lines
  discount        TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL,
  delivery        TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL,
  delivery_tax    TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL, -- part of tax or contained_tax that is the delivery's
  tax             TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL, -- added to the prices
  contained_tax   TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL, -- contained in the prices
  tax_included    BOOLEAN NOT NULL DEFAULT 0,
  tax_name        TEXT NOT NULL DEFAULT '',
  tax_rate        TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL, -- percent
  coupon_code     TEXT NOT NULL DEFAULT '',                  -- empty: none was used
  delivery_title  TEXT NOT NULL DEFAULT '',                  -- as the shopper read it, in lang; empty: no way of delivery was chosen
  -- delivery_title and tax_name in the shop's own language, for staff and files.
  shop_delivery   TEXT NOT NULL DEFAULT '',
  shop_tax_name   TEXT NOT NULL DEFAULT '',
  shipped         BOOLEAN NOT NULL DEFAULT 0,                -- goods go to order_addresses
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX orders_ref ON orders (ref);
CREATE UNIQUE INDEX orders_return_ref ON orders (return_ref);
CREATE UNIQUE INDEX orders_number ON orders (number);
CREATE UNIQUE INDEX orders_form_token ON orders (form_token);
CREATE INDEX orders_due_at ON orders (due_at);
CREATE INDEX orders_by_time ON orders (created_at, id, state, coin, total);
-- Lists walk one index per state, in the order that is asked for; what they filter by besides is in the index.
CREATE INDEX orders_by_state ON orders (state, created_at, id);
CREATE INDEX orders_by_coin ON orders (state, coin, created_at, id);
CREATE INDEX orders_by_total ON orders (state, total, id, created_at);
CREATE INDEX orders_by_coin_total ON orders (state, coin, total, id, created_at);
CREATE INDEX orders_by_email ON orders (email, created_at, id);
CREATE INDEX orders_by_payment ON orders (paid_at, created_at);
CREATE INDEX orders_by_fulfilment ON orders (fulfilment, state, refunds, created_at, id);
CREATE INDEX orders_by_refunds ON orders (refunds, created_at, id);
CREATE INDEX orders_by_customer ON orders (customer, created_at, id);

-- Where an order is delivered. The row is deleted some time after the order is complete.
CREATE TABLE order_addresses (
  order_id   TEXT NOT NULL,
  name       TEXT NOT NULL,
  phone      TEXT NOT NULL,
  line1      TEXT NOT NULL,
  line2      TEXT NOT NULL,
  city       TEXT NOT NULL,
  region     TEXT NOT NULL, -- a code where the country's regions have one, else free text
  postcode   TEXT NOT NULL,
  country    TEXT NOT NULL, -- ISO 3166-1 alpha-2
  created_at DATETIME NOT NULL,
  PRIMARY KEY (order_id),
  CONSTRAINT order_addresses_order FOREIGN KEY (order_id) REFERENCES orders (id)
);
CREATE INDEX order_addresses_by_time ON order_addresses (created_at);

-- A line of an order, with names and prices as the shopper saw them.
CREATE TABLE order_lines (
  id            TEXT NOT NULL,
  order_id      TEXT NOT NULL,
  position      INTEGER NOT NULL,
  -- No foreign key: the index tells whether a variant was ever ordered, and such a variant is not deleted.
  variant_id    TEXT NOT NULL,
  sku           TEXT NOT NULL,
  slug          TEXT NOT NULL,                             -- of the product
  title         TEXT NOT NULL,                             -- as the shopper read it, in orders.lang
  variant_title TEXT NOT NULL,
  -- The same in the shop's own language, for staff and files.
  shop_title    TEXT NOT NULL DEFAULT '',
  shop_variant  TEXT NOT NULL DEFAULT '',
  cover         TEXT NOT NULL,
  unit_price    TEXT NOT NULL COLLATE DECIMAL,
  quantity      INTEGER NOT NULL,
  total         TEXT NOT NULL COLLATE DECIMAL,             -- unit_price × quantity
  discount      TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL, -- its share of the order's
  tax           TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL, -- added to it or contained in it
  PRIMARY KEY (id),
  CONSTRAINT order_lines_order FOREIGN KEY (order_id) REFERENCES orders (id),
  CONSTRAINT order_lines_quantity CHECK (quantity BETWEEN 1 AND 999)
);
CREATE INDEX order_lines_by_order ON order_lines (order_id, position);
CREATE INDEX order_lines_by_variant ON order_lines (variant_id);

-- Stock that is promised to an order.
CREATE TABLE reservations (
  id         TEXT NOT NULL,
  order_id   TEXT NOT NULL,
  variant_id TEXT NOT NULL,
  quantity   INTEGER NOT NULL,
  state      TEXT NOT NULL, -- held, released, sold
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT reservations_order FOREIGN KEY (order_id) REFERENCES orders (id),
  CONSTRAINT reservations_variant FOREIGN KEY (variant_id) REFERENCES variants (id),
  CONSTRAINT reservations_quantity CHECK (quantity >= 1)
);
CREATE UNIQUE INDEX reservations_order_variant ON reservations (order_id, variant_id);
CREATE INDEX reservations_by_variant ON reservations (variant_id);

-- Whom an unpaid order is counted for, so that nobody holds the whole stock. The rows of an order go with its last unpaid moment.
CREATE TABLE unpaid_holders (
  kind       TEXT NOT NULL,    -- payer, email, network
  digest     TEXT NOT NULL,    -- keyed digest of the account, the e-mail or the network address
  slot       INTEGER NOT NULL, -- from 1 to the limit: two orders never have the same
  order_id   TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (kind, digest, slot)
) WITHOUT ROWID;
CREATE INDEX unpaid_holders_by_order ON unpaid_holders (order_id);
CREATE INDEX unpaid_holders_by_time ON unpaid_holders (created_at);

-- An order's use of a coupon.
CREATE TABLE coupon_uses (
  id         TEXT NOT NULL,
  coupon_id  TEXT NOT NULL,
  order_id   TEXT NOT NULL,
  shopper    TEXT NOT NULL, -- keyed digest of e-mail and coupon; empty: the person was erased
  state      TEXT NOT NULL, -- held (order is unpaid), used, released (it ended unpaid), late (paid after others had reached the limit)
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  forget_at  DATETIME NULL, -- the person was erased: when shopper is looked at again; NULL: never
  PRIMARY KEY (id),
  CONSTRAINT coupon_uses_coupon FOREIGN KEY (coupon_id) REFERENCES coupons (id),
  CONSTRAINT coupon_uses_of_order FOREIGN KEY (order_id) REFERENCES orders (id)
);
CREATE UNIQUE INDEX coupon_uses_order ON coupon_uses (order_id);
CREATE INDEX coupon_uses_by_coupon ON coupon_uses (coupon_id, created_at, id);
CREATE INDEX coupon_uses_by_shopper ON coupon_uses (shopper);
CREATE INDEX coupon_uses_to_forget ON coupon_uses (forget_at);

-- One try to pay an order: what the exchange was asked for, and at which price.
CREATE TABLE attempts (
  id               TEXT NOT NULL,
  order_id         TEXT NOT NULL,
  app_order_id     TEXT NOT NULL,                             -- our id at the exchange (appOrderId), random, unique for ever
  order_num        TEXT NULL,                                 -- the exchange's number (orderNum); NULL until known
  state            TEXT NOT NULL,                             -- created, submitting, open, unknown, failed, closed, paid
  -- 1 while the attempt may still become paid, then NULL: an order has at most one live attempt.
  live             BOOLEAN NULL,
  intent           TEXT NOT NULL DEFAULT '',                  -- what the shop wants besides waiting: cancel, expire, retry; empty: nothing
  coin             TEXT NOT NULL,
  amount           TEXT NOT NULL COLLATE DECIMAL,             -- of coin, exactly as sent, spread included
  received         TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL, -- of coin: what the exchange says was paid; 0 until then
  worth            TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL, -- of received, in orders.currency at the order's rate; 0 until paid
  rate             TEXT NOT NULL COLLATE DECIMAL,             -- price of one coin in orders.currency, frozen for this attempt
  rate_source      TEXT NOT NULL,
  rate_at          DATETIME NOT NULL,                         -- time of the rate
  payer_user_id    TEXT NOT NULL DEFAULT '',                  -- UID that was typed; empty: the payer signed in
  payer_sealed     BLOB NULL,                                 -- openId and token of a payer who signed in, encrypted by the store
  scene_type       TEXT NOT NULL DEFAULT '',                  -- orderSceneType as sent; empty: none
  pay_link         TEXT NOT NULL DEFAULT '',                  -- path and query of the pay page that the exchange named; empty: the usual one
  problem_code     TEXT NOT NULL DEFAULT '',                  -- the exchange's code of a refusal, or one of models.Problem…; empty: none
  checks           INTEGER NOT NULL DEFAULT 0,                -- questions asked so far: the place in the polling schedule
  checked_at       DATETIME NULL,
  created_at       DATETIME NOT NULL,
  updated_at       DATETIME NOT NULL,
  sent_at          DATETIME NULL,                             -- createThirdOrder was sent last; NULL: never
  opened_at        DATETIME NULL,
  paid_at          DATETIME NULL,
  due_at           DATETIME NULL,                             -- when the exchange is asked next; NULL: never
  lease            TEXT NOT NULL DEFAULT '',
  refunded         TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL, -- of coin: refunds that are gone or may be, never above amount
  payer_digest     TEXT NOT NULL DEFAULT '',                  -- keyed digest of the account that signed in to pay; empty: nobody did
  spread           TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL, -- percent that amount has on top
  -- Until when the shop kept to the price before placing; NULL: the rate was set by a person.
  quote_expires_at DATETIME,
  PRIMARY KEY (id),
  CONSTRAINT attempts_order FOREIGN KEY (order_id) REFERENCES orders (id)
);
CREATE UNIQUE INDEX attempts_app_order_id ON attempts (app_order_id);
CREATE UNIQUE INDEX attempts_order_num ON attempts (order_num);
CREATE UNIQUE INDEX attempts_one_live ON attempts (live, order_id);
CREATE INDEX attempts_by_order ON attempts (order_id, created_at);
CREATE INDEX attempts_due_at ON attempts (due_at);
CREATE INDEX attempts_by_payment ON attempts (paid_at, id);
CREATE INDEX attempts_by_payer ON attempts (payer_user_id, created_at);
CREATE INDEX attempts_live ON attempts (live, created_at, id);
CREATE INDEX attempts_by_account ON attempts (payer_digest, order_id);

-- One claim about an attempt; rows are never changed. The columns are the allow-list: nothing else of an answer is kept.
CREATE TABLE evidence (
  id           TEXT NOT NULL,
  attempt_id   TEXT NOT NULL DEFAULT '', -- empty: no attempt of this shop is meant
  order_id     TEXT NOT NULL DEFAULT '',
  source       TEXT NOT NULL,            -- create, callback, query, reference, cancel, statement, admin
  verified     BOOLEAN NOT NULL,         -- the signature was checked, and the claim is about what was asked
  app_order_id TEXT NOT NULL DEFAULT '', -- as claimed, like the next columns; empty: the claim has none
  order_num    TEXT NOT NULL DEFAULT '',
  status       TEXT NOT NULL DEFAULT '', -- 0 closed, 1 pending, 2 failed, 3 paid
  coin         TEXT NOT NULL DEFAULT '',
  amount       TEXT NOT NULL DEFAULT '', -- decimal text as claimed
  code         TEXT NOT NULL DEFAULT '', -- the exchange's code of a refusal
  inbox_id     TEXT NOT NULL DEFAULT '', -- callback that it came with; empty: none
  created_at   DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX evidence_by_order ON evidence (order_id, created_at);
CREATE INDEX evidence_by_inbox ON evidence (inbox_id);
CREATE INDEX evidence_by_attempt ON evidence (attempt_id, source);

-- One change of state of an order, attempt or refund, or a refused one; rows are never changed.
CREATE TABLE transitions (
  id         TEXT NOT NULL,
  order_id   TEXT NOT NULL DEFAULT '',
  attempt_id TEXT NOT NULL DEFAULT '', -- empty: not a change of an attempt
  from_state TEXT NOT NULL DEFAULT '',
  to_state   TEXT NOT NULL,
  refused    BOOLEAN NOT NULL,         -- the change was asked for and not allowed
  cause      TEXT NOT NULL DEFAULT '', -- what asked for it: place, create, callback, query, poll, expire, cancel, retry, admin …
  note       TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL,
  refund_id  TEXT NOT NULL DEFAULT '', -- empty: not a change of a refund
  PRIMARY KEY (id)
);
CREATE INDEX transitions_by_order ON transitions (order_id, created_at);

-- A case that a person must look at: money in the wrong place, or an alert.
CREATE TABLE reviews (
  id         TEXT NOT NULL,
  kind       TEXT NOT NULL,            -- models.ReviewKind, such as late_payment or mismatch
  -- What it is about, unique with kind: an attempt's id, the exchange's order number, an inbox id, a coin ….
  subject    TEXT NOT NULL,
  order_id   TEXT NOT NULL DEFAULT '',
  attempt_id TEXT NOT NULL DEFAULT '',
  note       TEXT NOT NULL DEFAULT '', -- a remark (models.Remark), without secrets
  open       BOOLEAN NOT NULL,         -- 0: closed
  wait_until DATETIME NULL,            -- until when a person put it off; NULL: it is due
  decision   TEXT NOT NULL DEFAULT '', -- models.Decision; empty: none yet, or closed by the shop itself
  decided_by TEXT NOT NULL DEFAULT '', -- staff id
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  resolution TEXT NOT NULL DEFAULT '', -- what the person wrote who decided, or a remark
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX reviews_kind_subject ON reviews (kind, subject);
CREATE INDEX reviews_open ON reviews (open, created_at);
CREATE INDEX reviews_by_time ON reviews (created_at, id);
CREATE INDEX reviews_by_order ON reviews (open, order_id);

-- A callback of the exchange, stored before it is acknowledged and opened by a worker.
CREATE TABLE inbox (
  id          TEXT NOT NULL,
  digest      TEXT NOT NULL,            -- hex of the digest that the signature covers: the same plaintext gives the same digest
  data_hash   TEXT NOT NULL,            -- hex SHA-256 of data: the same callback again is the same row
  app_id      TEXT NOT NULL,
  sent_time   TEXT NOT NULL,            -- the envelope's time as sent; not covered by the signature
  data        TEXT NOT NULL,            -- encrypted envelope, or with md5 signing the body in base64; cleared some time after handled_at
  sign        TEXT NOT NULL,            -- signature as sent; cleared together with data
  remote_addr TEXT NOT NULL,            -- cleared some time after received_at
  -- New, done (stored as evidence), flagged (about an order that is not this shop's), bad (cannot be read).
  state       TEXT NOT NULL,
  problem     TEXT NOT NULL DEFAULT '', -- why it could not be used
  tries       INTEGER NOT NULL DEFAULT 0,
  received_at DATETIME NOT NULL,
  handled_at  DATETIME NULL,            -- NULL: not yet
  due_at      DATETIME NULL,            -- NULL: handled
  lease       TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX inbox_digest_data ON inbox (digest, data_hash);
CREATE INDEX inbox_due_at ON inbox (due_at);
CREATE INDEX inbox_by_time ON inbox (state, received_at, sent_time);
CREATE INDEX inbox_by_arrival ON inbox (received_at);
CREATE INDEX inbox_by_end ON inbox (handled_at);

-- A mail that waits to be sent, or was.
CREATE TABLE outbox (
  id         TEXT NOT NULL,
  kind       TEXT NOT NULL,            -- the mail's template: models.MailKind
  order_id   TEXT NOT NULL DEFAULT '', -- empty: it is about no order
  staff_id   TEXT NOT NULL DEFAULT '', -- the person of the staff that it is for; empty: it is for the order's shopper, or the customer of link_id
  link_id    TEXT NOT NULL DEFAULT '', -- payment link that it is about, which is an invoice; empty: it is about none
  about      TEXT NOT NULL DEFAULT '', -- of a mail to a shopper: the id of a refund, or resent
  details    TEXT NOT NULL DEFAULT '', -- of a mail to the staff: JSON of what it tells (models.MailKind)
  dedupe_key TEXT NOT NULL,            -- a mail with the same key is not queued again
  state      TEXT NOT NULL,            -- waiting, sent, parked (given up, with a review), skipped (not sent on purpose)
  tries      INTEGER NOT NULL DEFAULT 0,
  problem    TEXT NOT NULL DEFAULT '', -- a remark (models.Remark): why it was given up or skipped
  created_at DATETIME NOT NULL,
  sent_at    DATETIME NULL,
  due_at     DATETIME NULL,            -- NULL: sent, parked or skipped
  lease      TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX outbox_dedupe_key ON outbox (dedupe_key);
CREATE INDEX outbox_due_at ON outbox (due_at);
CREATE INDEX outbox_by_order ON outbox (order_id);
CREATE INDEX outbox_by_link ON outbox (link_id);
CREATE INDEX outbox_by_kind ON outbox (kind, created_at);

-- One of the few places that a mailbox has for mails about unpaid orders: a place is free again an hour after it was taken.
CREATE TABLE mail_slots (
  id        TEXT NOT NULL, -- keyed digest of the mailbox, a colon, and the number of the place
  outbox_id TEXT NOT NULL, -- the mail that has it
  taken_at  DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX mail_slots_by_mail ON mail_slots (outbox_id);
CREATE INDEX mail_slots_taken_at ON mail_slots (taken_at);

-- What staff wrote on an order.
CREATE TABLE notes (
  id         TEXT NOT NULL,
  order_id   TEXT NOT NULL,
  staff_id   TEXT NOT NULL DEFAULT '',
  who        TEXT NOT NULL DEFAULT '', -- e-mail at that time
  text       TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT notes_order FOREIGN KEY (order_id) REFERENCES orders (id)
);
CREATE INDEX notes_by_order ON notes (order_id, created_at);


-- ==== Customers and search ====
-- What the back office finds people and orders by. All of it but the notes follows from the orders, and is brought up to date by a worker.

-- A person by their e-mail address, over all orders.
CREATE TABLE customers (
  id             TEXT NOT NULL,     -- keyed digest of the e-mail, as orders.customer
  email          TEXT NOT NULL COLLATE NOCASE, -- of the newest order
  name           TEXT NOT NULL,     -- of the newest order
  orders         INTEGER NOT NULL,  -- all of them
  first_order_at DATETIME NOT NULL,
  last_order_at  DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX customers_by_last_order ON customers (last_order_at, id);
CREATE INDEX customers_by_orders ON customers (orders, id);

-- What a customer has paid for in one currency.
CREATE TABLE customer_sums (
  customer TEXT NOT NULL,
  currency TEXT NOT NULL,
  `count`  INTEGER NOT NULL,              -- paid orders
  amount   TEXT NOT NULL COLLATE DECIMAL, -- their totals
  PRIMARY KEY (customer, currency)
);

-- What the staff wrote about a customer. There is no foreign key: customers follow from orders, and change their ids with the key.
CREATE TABLE customer_notes (
  id         TEXT NOT NULL,
  customer   TEXT NOT NULL,
  staff_id   TEXT NOT NULL DEFAULT '',
  who        TEXT NOT NULL DEFAULT '', -- e-mail at that time
  text       TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX customer_notes_by_customer ON customer_notes (customer, created_at);

-- Orders that the search does not know as they are.
CREATE TABLE unindexed_orders (
  order_id TEXT NOT NULL,
  PRIMARY KEY (order_id)
);

-- How many rows a space of the search has: orders, customers. Its row is locked while the space is indexed.
CREATE TABLE search_spaces (
  space TEXT NOT NULL,
  last  INTEGER NOT NULL, -- highest number of a row
  PRIMARY KEY (space)
);

-- What a row of a space is found by.
CREATE TABLE search_texts (
  space  TEXT NOT NULL,
  seq    INTEGER NOT NULL, -- number of the row in its space
  row_id TEXT NOT NULL,    -- id of the order or customer
  text   TEXT NOT NULL,    -- its words, folded, with a space before and after each
  PRIMARY KEY (space, seq)
);
CREATE UNIQUE INDEX search_texts_row ON search_texts (space, row_id);

-- Which rows of a part of a space have a group of characters.
CREATE TABLE search_grams (
  space    TEXT NOT NULL,
  gram     TEXT NOT NULL,    -- three characters; with ^ the beginning of a word
  part     INTEGER NOT NULL, -- seq / 8192
  postings BLOB NULL,        -- places in the part, two bytes each, or one bit for each place
  PRIMARY KEY (space, gram, part)
) WITHOUT ROWID;


-- ==== Refunds ====
-- Coin that goes back to payers. For the exchange it is a grant, not tied to the order: only the shop prevents that too much goes back.

-- A refund of one attempt's payment, or of a part of it.
CREATE TABLE refunds (
  id           TEXT NOT NULL,
  order_id     TEXT NOT NULL,
  attempt_id   TEXT NOT NULL,
  app_order_id TEXT NOT NULL,                 -- our id at the exchange, fixed before the first call, unique for ever
  order_num    TEXT NULL,                     -- the exchange's number; NULL until known
  state        TEXT NOT NULL,                 -- requested, approved, submitting, unknown, accepted, confirmed, failed, declined
  amount       TEXT NOT NULL COLLATE DECIMAL, -- of coin
  coin         TEXT NOT NULL,
  worth        TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL, -- of amount, in orders.currency at the order's rate
  reason       TEXT NOT NULL DEFAULT '',      -- of the staff, for the staff
  shopper_note TEXT NOT NULL DEFAULT '',      -- of the staff, for the shopper; empty: none
  restocked    BOOLEAN NOT NULL DEFAULT 0,    -- the pieces of refund_lines that go back on the shelf are there
  form_token   TEXT NOT NULL,                 -- the form that asked for it: a double click is one refund
  requested_by TEXT NOT NULL DEFAULT '',      -- staff id
  approved_by  TEXT NOT NULL DEFAULT '',      -- staff id; below the limit the same as requested_by
  declined_by  TEXT NOT NULL DEFAULT '',      -- staff id; empty unless declined
  problem_code TEXT NOT NULL DEFAULT '',      -- the exchange's code of a refusal; empty: none
  sequence     INTEGER NOT NULL DEFAULT 0,    -- of its last event
  checks       INTEGER NOT NULL DEFAULT 0,    -- questions asked so far: the place in the polling schedule
  created_at   DATETIME NOT NULL,
  updated_at   DATETIME NOT NULL,
  sent_at      DATETIME NULL,
  confirmed_at DATETIME NULL,                 -- the statement shows it
  due_at       DATETIME NULL,
  lease        TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (id),
  CONSTRAINT refunds_order FOREIGN KEY (order_id) REFERENCES orders (id),
  CONSTRAINT refunds_attempt FOREIGN KEY (attempt_id) REFERENCES attempts (id)
);
CREATE UNIQUE INDEX refunds_app_order_id ON refunds (app_order_id);
CREATE UNIQUE INDEX refunds_order_num ON refunds (order_num);
CREATE UNIQUE INDEX refunds_form_token ON refunds (form_token);
CREATE INDEX refunds_by_order ON refunds (order_id, created_at);
CREATE INDEX refunds_by_attempt ON refunds (attempt_id);
CREATE INDEX refunds_by_state ON refunds (state, created_at, id);
CREATE INDEX refunds_by_time ON refunds (created_at, id);
CREATE INDEX refunds_sent_at ON refunds (sent_at);
CREATE INDEX refunds_by_person ON refunds (requested_by, created_at);
CREATE INDEX refunds_due_at ON refunds (due_at);

-- Which pieces of an order's line a refund is for, or that it is for the delivery.
CREATE TABLE refund_lines (
  id            TEXT NOT NULL,
  refund_id     TEXT NOT NULL,
  order_line_id TEXT NOT NULL DEFAULT '',      -- empty: the delivery
  quantity      INTEGER NOT NULL,              -- of the line; 1 for the delivery
  unsent        INTEGER NOT NULL DEFAULT 0,    -- of quantity: pieces that had not been sent and will not be
  restock       BOOLEAN NOT NULL DEFAULT 0,    -- the pieces go back on the shelf when the exchange has taken the refund
  worth         TEXT NOT NULL COLLATE DECIMAL, -- in orders.currency
  PRIMARY KEY (id),
  CONSTRAINT refund_lines_refund FOREIGN KEY (refund_id) REFERENCES refunds (id)
);
CREATE INDEX refund_lines_by_refund ON refund_lines (refund_id);

-- A parcel, or what was handed over at once: pieces of an order that the shopper gets together.
CREATE TABLE shipments (
  id         TEXT NOT NULL,
  order_id   TEXT NOT NULL,
  by_hand    BOOLEAN NOT NULL,         -- handed over, or sent as a file or a code: no carrier
  carrier    TEXT NOT NULL DEFAULT '', -- empty: not known
  number     TEXT NOT NULL DEFAULT '', -- the carrier's; empty: none
  link       TEXT NOT NULL DEFAULT '', -- https address to follow the parcel; empty: none
  form_token TEXT NOT NULL,            -- the form that made it: a double click is one shipment
  sent_by    TEXT NOT NULL DEFAULT '', -- staff id
  sent_at    DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  undone_at  DATETIME NULL,            -- it was not sent after all; NULL: it was
  version    INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (id),
  CONSTRAINT shipments_order FOREIGN KEY (order_id) REFERENCES orders (id)
);
CREATE UNIQUE INDEX shipments_form_token ON shipments (form_token);
CREATE INDEX shipments_by_order ON shipments (order_id, sent_at);

-- How many pieces of an order's line a shipment has.
CREATE TABLE shipment_lines (
  id            TEXT NOT NULL,
  shipment_id   TEXT NOT NULL,
  order_line_id TEXT NOT NULL,
  quantity      INTEGER NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT shipment_lines_shipment FOREIGN KEY (shipment_id) REFERENCES shipments (id)
);
CREATE INDEX shipment_lines_by_shipment ON shipment_lines (shipment_id);


-- ==== Other programs ====
-- Keys of other programs, what they ask shoppers to pay, and what they are told.

-- A key of the API. The key itself is not here.
CREATE TABLE api_keys (
  id           TEXT NOT NULL,
  name         TEXT NOT NULL,
  digest       TEXT NOT NULL,                     -- keyed digest of the key
  shown        TEXT NOT NULL,                     -- the beginning of the key, by which people know it
  live         BOOLEAN NOT NULL,                  -- not a demonstration's
  scopes       TEXT NOT NULL,                     -- JSON list
  origins      TEXT NOT NULL,                     -- JSON list: where its payers may be sent
  networks     TEXT NOT NULL,                     -- JSON list: from where it may be used; empty: from everywhere
  refund_limit TEXT NOT NULL COLLATE DECIMAL,     -- that it may refund within 24 hours, in the shop's currency
  version      TEXT NOT NULL,                     -- yyyy-MM-dd, of the API
  created_by   TEXT NOT NULL,                     -- staff id; empty: the command line
  created_at   DATETIME NOT NULL,
  updated_at   DATETIME NOT NULL,
  expires_at   DATETIME NULL,                     -- NULL: it does not end by itself
  ended_at     DATETIME NULL,                     -- when somebody ended it
  used_at      DATETIME NULL,                     -- last use, to a minute
  used_from    TEXT NOT NULL DEFAULT '',          -- network address of the last use; forgotten after a while
  row_version  INTEGER NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX api_keys_digest ON api_keys (digest);

-- A key that an owner has agreed to give to another program, which fetches it with a one-time code.
CREATE TABLE pairings (
  id           TEXT NOT NULL,                     -- hex SHA-256 of the code
  name         TEXT NOT NULL,                     -- of the program
  scopes       TEXT NOT NULL,                     -- JSON list
  origin       TEXT NOT NULL,                     -- of the program
  refund_limit TEXT NOT NULL COLLATE DECIMAL,
  challenge    TEXT NOT NULL,                     -- RFC 7636, S256
  created_by   TEXT NOT NULL,                     -- staff id
  created_at   DATETIME NOT NULL,
  expires_at   DATETIME NOT NULL,
  PRIMARY KEY (id)
);

-- What somebody shall pay. It becomes an order when the payer presses pay.
CREATE TABLE checkouts (
  id            TEXT NOT NULL,                    -- co_ and 26 random characters, in the address of its page
  key_id        TEXT NOT NULL,                    -- key that made it; empty: a payment link
  link_id       TEXT NOT NULL,                    -- payment link that made it; empty: a key
  live          BOOLEAN NOT NULL,
  reference     TEXT NOT NULL,                    -- the merchant's own
  status        TEXT NOT NULL,                    -- open, processing, paid, review, expired, cancelled; kept by the store
  sequence      INTEGER NOT NULL,                 -- of its last event
  form_token    TEXT NOT NULL,                    -- of the order that it becomes
  currency      TEXT NOT NULL,
  digits        INTEGER NOT NULL,
  amount        TEXT NOT NULL COLLATE DECIMAL,    -- lines − discount + delivery + tax, in currency
  discount      TEXT NOT NULL COLLATE DECIMAL,
  delivery      TEXT NOT NULL COLLATE DECIMAL,
  tax           TEXT NOT NULL COLLATE DECIMAL,
  `lines`       TEXT NOT NULL,                    -- JSON list
  email         TEXT NOT NULL,                    -- of the payer; empty: not known
  name          TEXT NOT NULL,
  lang          TEXT NOT NULL,
  payer_user_id TEXT NOT NULL,
  success_url   TEXT NOT NULL,
  cancel_url    TEXT NOT NULL,
  metadata      TEXT NOT NULL,                    -- JSON
  coins         TEXT NOT NULL,                    -- JSON list; empty: all
  scene_type    TEXT NOT NULL,
  created_at    DATETIME NOT NULL,
  updated_at    DATETIME NOT NULL,
  expires_at    DATETIME NOT NULL,
  order_id      TEXT NULL,                        -- the order that it became
  due_at        DATETIME NULL,                    -- when a worker ends it; NULL: never
  lease         TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX checkouts_order ON checkouts (order_id);
CREATE INDEX checkouts_by_time ON checkouts (created_at, id);
CREATE INDEX checkouts_by_key ON checkouts (key_id, created_at, id);
CREATE INDEX checkouts_by_link ON checkouts (link_id, created_at, id);
CREATE INDEX checkouts_by_reference ON checkouts (reference, created_at, id);
CREATE INDEX checkouts_due_at ON checkouts (due_at);

-- Addresses at which anybody can pay. The page makes nothing; its button makes a checkout.
CREATE TABLE payment_links (
  id          TEXT NOT NULL,
  slug        TEXT NOT NULL,                        -- of its address; never changes
  kind        TEXT NOT NULL,                        -- fixed, chosen, product, invoice
  key_id      TEXT NOT NULL,                        -- key that made it; empty: the staff
  title       TEXT NOT NULL,
  text        TEXT NOT NULL,
  currency    TEXT NOT NULL,                        -- of all amounts
  digits      INTEGER NOT NULL,
  amount      TEXT NOT NULL COLLATE DECIMAL,        -- of a fixed amount
  min_amount  TEXT NOT NULL COLLATE DECIMAL,        -- of a chosen amount
  max_amount  TEXT NOT NULL COLLATE DECIMAL,        -- 0: no limit
  suggestions TEXT NOT NULL,                        -- JSON list of amounts
  variant_id  TEXT NOT NULL,                        -- of a product
  quantity    INTEGER NOT NULL,
  `lines`     TEXT NOT NULL,                        -- JSON list, of an invoice
  due_on      DATETIME NULL,                        -- of an invoice
  email       TEXT NOT NULL,                        -- of an invoice's customer
  name        TEXT NOT NULL,
  lang        TEXT NOT NULL,
  reference   TEXT NOT NULL,
  max_uses    INTEGER NOT NULL,                     -- 0: any number
  uses        INTEGER NOT NULL,                     -- checkouts that are processing, paid or under review; kept by the store
  expires_at  DATETIME NULL,                        -- NULL: never
  ask_name    TEXT NOT NULL,                        -- empty, optional, required
  ask_email   TEXT NOT NULL,
  ask_note    TEXT NOT NULL,
  ask_address TEXT NOT NULL,
  thanks      TEXT NOT NULL,                        -- shown after paying
  thanks_url  TEXT NOT NULL,
  scene_type  TEXT NOT NULL,
  send_email  BOOLEAN NOT NULL,                     -- of an invoice: it is mailed when it is made
  reminders   BOOLEAN NOT NULL,                     -- of an invoice: its customer is reminded
  enabled     BOOLEAN NOT NULL,
  version     INTEGER NOT NULL,                     -- optimistic lock
  created_at  DATETIME NOT NULL,
  updated_at  DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX payment_links_slug ON payment_links (slug);
CREATE INDEX payment_links_by_time ON payment_links (created_at, id);

-- What a request with an Idempotency-Key was answered, written in the transaction of what it made.
CREATE TABLE answers (
  id         TEXT NOT NULL,                       -- hex SHA-256 of key, route and Idempotency-Key
  digest     TEXT NOT NULL,                       -- hex SHA-256 of the request's body
  status     INTEGER NOT NULL,                    -- of HTTP; 0: the request is being handled
  body       TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX answers_by_time ON answers (created_at);

-- What other programs may want to know, written in the transaction in which it happened.
CREATE TABLE events (
  id         TEXT NOT NULL,                       -- evt_ and a UUIDv7 without dashes
  type       TEXT NOT NULL,                       -- such as checkout.paid
  object_id  TEXT NOT NULL,
  order_id   TEXT NOT NULL,                       -- empty: it is about no order
  key_id     TEXT NOT NULL,                       -- key that made the object; empty: none did
  sequence   INTEGER NOT NULL,                    -- rises with each event of the object
  data       TEXT NOT NULL,                       -- JSON: the object as it was then
  created_at DATETIME NOT NULL,
  position   INTEGER NULL,                        -- in the order in which they are read; NULL until published
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX events_position ON events (position);
CREATE UNIQUE INDEX events_of_object ON events (object_id, sequence);
CREATE INDEX events_by_order ON events (order_id, created_at);
CREATE INDEX events_by_time ON events (created_at);

-- An address that is told about events.
CREATE TABLE webhook_endpoints (
  id            TEXT NOT NULL,
  key_id        TEXT NOT NULL,                    -- API key that made it; empty: staff
  url           TEXT NOT NULL,
  types         TEXT NOT NULL,                    -- JSON list of types of events; empty: all
  description   TEXT NOT NULL,
  state         TEXT NOT NULL,                    -- enabled, failing, disabled
  reason        TEXT NOT NULL,                    -- failures, gone, person; empty: it is enabled
  state_since   DATETIME NOT NULL,
  secret_sealed BLOB NULL,                        -- encrypted
  old_sealed    BLOB NULL,                        -- encrypted: the secret before, which signs too until old_until
  old_until     DATETIME NULL,
  key_sealed    BLOB NULL,                        -- encrypted: ed25519 key; NULL: none
  failing_since DATETIME NULL,                    -- first failure since the last success
  tried_at      DATETIME NULL,
  delivered_at  DATETIME NULL,
  created_at    DATETIME NOT NULL,
  updated_at    DATETIME NOT NULL,
  version       INTEGER NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX webhook_endpoints_by_key ON webhook_endpoints (key_id);

-- One event for one endpoint.
CREATE TABLE deliveries (
  id          TEXT NOT NULL,
  event_id    TEXT NOT NULL,
  endpoint_id TEXT NOT NULL,
  event_type  TEXT NOT NULL,
  object_id   TEXT NOT NULL,
  order_id    TEXT NOT NULL,                      -- empty: it is about no order
  sequence    INTEGER NOT NULL,                   -- of the object: a later one waits for the earlier ones
  body        TEXT NOT NULL,                      -- as it is sent
  state       TEXT NOT NULL,                      -- waiting, delivered, parked
  tries       INTEGER NOT NULL,
  problem     TEXT NOT NULL,                      -- of the last try: models.DeliveryProblems
  status      INTEGER NOT NULL,                   -- of HTTP, of the last try; 0: no answer
  created_at  DATETIME NOT NULL,
  ended_at    DATETIME NULL,
  due_at      DATETIME NULL,                      -- NULL: it does not wait
  lease       TEXT NOT NULL DEFAULT '',
  slot        INTEGER NULL,                       -- 1 to 4 while it is under way
  PRIMARY KEY (id),
  CONSTRAINT deliveries_endpoint FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints (id)
);
CREATE UNIQUE INDEX deliveries_event ON deliveries (event_id, endpoint_id);
CREATE UNIQUE INDEX deliveries_slot ON deliveries (endpoint_id, slot);
CREATE INDEX deliveries_due_at ON deliveries (endpoint_id, due_at);
CREATE INDEX deliveries_of_object ON deliveries (endpoint_id, object_id, sequence);
CREATE INDEX deliveries_by_time ON deliveries (endpoint_id, created_at, id);
CREATE INDEX deliveries_by_order ON deliveries (order_id);
CREATE INDEX deliveries_waiting ON deliveries (state, created_at);

-- One try to deliver.
CREATE TABLE delivery_tries (
  id          TEXT NOT NULL,
  delivery_id TEXT NOT NULL,
  at          DATETIME NOT NULL,
  took_ms     INTEGER NOT NULL,                   -- milliseconds
  status      INTEGER NOT NULL,                   -- of HTTP; 0: no answer
  problem     TEXT NOT NULL,                      -- models.DeliveryProblems; empty: delivered
  answer      TEXT NOT NULL,                      -- the beginning of the answer
  PRIMARY KEY (id),
  CONSTRAINT delivery_tries_delivery FOREIGN KEY (delivery_id) REFERENCES deliveries (id)
);
CREATE INDEX delivery_tries_by_delivery ON delivery_tries (delivery_id, at);


-- ==== Statements ====
-- The exchange's daily statements, and how they differ from the shop's records.

-- A fetched statement of one day. A later fetch of the day is a new row; the newest complete one counts.
CREATE TABLE statements (
  id         TEXT NOT NULL,
  day        TEXT NOT NULL,              -- yyyy-MM-dd, in zone
  zone       TEXT NOT NULL,              -- IANA name of the exchange's time zone
  state      TEXT NOT NULL,              -- fetching, complete, failed
  `lines`    INTEGER NOT NULL DEFAULT 0, -- lines stored, unreadable ones included
  `count`    INTEGER NOT NULL DEFAULT 0, -- lines that the exchange says there are
  pages      INTEGER NOT NULL DEFAULT 0, -- pages read
  hash       TEXT NOT NULL DEFAULT '',   -- hex SHA-256 over the sorted lines: two readings of the same records agree
  problem    TEXT NOT NULL DEFAULT '',   -- a remark (models.Remark): why it is not complete
  fetched_by TEXT NOT NULL DEFAULT '',   -- staff id; empty: the schedule or the command line
  created_at DATETIME NOT NULL,
  fetched_at DATETIME NULL,
  PRIMARY KEY (id)
);
CREATE INDEX statements_by_day ON statements (day, created_at, id);

-- A page as the exchange sent it, kept as proof.
CREATE TABLE statement_pages (
  statement_id TEXT NOT NULL,
  page         INTEGER NOT NULL, -- from 1
  sealed       BLOB NULL,        -- the raw page, encrypted by the store: it has openIds
  hash         TEXT NOT NULL,    -- hex SHA-256 of the raw page
  created_at   DATETIME NOT NULL,
  PRIMARY KEY (statement_id, page),
  CONSTRAINT statement_pages_statement FOREIGN KEY (statement_id) REFERENCES statements (id)
);

-- A line of a statement. A line that cannot be read is a row too, so that no record of the exchange is missing.
CREATE TABLE statement_lines (
  id           TEXT NOT NULL,
  statement_id TEXT NOT NULL,
  position     INTEGER NOT NULL,              -- from 1, over all pages
  type         TEXT NOT NULL,                 -- orderType: 1 payment, 11 refund or grant
  app_order_id TEXT NOT NULL,
  coin         TEXT NOT NULL,                 -- upper case
  amount       TEXT NOT NULL COLLATE DECIMAL, -- 0: unreadable
  user_id      TEXT NOT NULL DEFAULT '',      -- the payer's UID
  create_time  DATETIME NULL,
  pay_time     DATETIME NULL,
  -- Member that cannot be read, such as orderAmount; line: the line as a whole; empty: it was read.
  unreadable   TEXT NOT NULL DEFAULT '',
  digest       TEXT NOT NULL DEFAULT '',      -- of an unreadable line: hex SHA-256 of what came
  line_text    TEXT NOT NULL DEFAULT '',      -- of an unreadable line: what came, without accounts
  PRIMARY KEY (id),
  CONSTRAINT statement_lines_statement FOREIGN KEY (statement_id) REFERENCES statements (id)
);
CREATE UNIQUE INDEX statement_lines_position ON statement_lines (statement_id, position);
CREATE INDEX statement_lines_sorted ON statement_lines (statement_id, type, app_order_id, position);
CREATE INDEX statement_lines_of ON statement_lines (app_order_id);

-- The shop's side of one day of the exchange: open until everything is explained, then locked.
CREATE TABLE book_days (
  day          TEXT NOT NULL,            -- yyyy-MM-dd, in zone
  zone         TEXT NOT NULL,
  state        TEXT NOT NULL,            -- open, sealed (locked)
  statement_id TEXT NOT NULL DEFAULT '', -- the statement that the day was compared with last
  sealed_hash  TEXT NOT NULL DEFAULT '', -- statements.hash when it was locked
  report       TEXT NOT NULL,            -- JSON, sums of the last comparison; empty: never compared
  sealed_by    TEXT NOT NULL DEFAULT '', -- staff id
  created_at   DATETIME NOT NULL,
  updated_at   DATETIME NOT NULL,
  sealed_at    DATETIME NULL,
  PRIMARY KEY (day)
);

-- A difference between a statement and the shop's records, to be explained or corrected before the day is locked.
CREATE TABLE discrepancies (
  id           TEXT NOT NULL,
  day          TEXT NOT NULL,
  kind         TEXT NOT NULL,                 -- models.DiscrepancyKind, such as amount_differs or theirs_not_ours
  -- Type:appOrderId, with #n for duplicates; of an unreadable line its position, member and digest.
  `key`        TEXT NOT NULL,
  type         TEXT NOT NULL,                 -- as in statement_lines
  app_order_id TEXT NOT NULL,
  order_id     TEXT NOT NULL DEFAULT '',      -- empty: no order of this shop
  coin         TEXT NOT NULL DEFAULT '',
  theirs       TEXT NOT NULL COLLATE DECIMAL, -- the statement's amount; 0: no line
  ours         TEXT NOT NULL COLLATE DECIMAL, -- the shop's amount; 0: not in its records
  state        TEXT NOT NULL,                 -- open, accepted (explained), settled (corrected)
  owner_id     TEXT NOT NULL DEFAULT '',      -- staff id; empty: nobody works on it
  note         TEXT NOT NULL DEFAULT '',      -- the newest; empty: none
  reason       TEXT NOT NULL DEFAULT '',      -- why it is accepted; empty unless it is
  accepted_by  TEXT NOT NULL DEFAULT '',      -- staff id
  line_text    TEXT NOT NULL DEFAULT '',      -- of an unreadable line: what came, without accounts
  version      INTEGER NOT NULL DEFAULT 0,    -- grows with each change that people see
  created_at   DATETIME NOT NULL,
  updated_at   DATETIME NOT NULL,
  accepted_at  DATETIME NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX discrepancies_key ON discrepancies (day, kind, `key`);
CREATE INDEX discrepancies_by_day ON discrepancies (day, state, id);
CREATE INDEX discrepancies_by_state ON discrepancies (state, id);
CREATE INDEX discrepancies_by_kind ON discrepancies (kind, id);
CREATE INDEX discrepancies_of ON discrepancies (app_order_id);

-- What happened to a discrepancy, one row for each fact; only added.
CREATE TABLE discrepancy_events (
  id             TEXT NOT NULL,
  discrepancy_id TEXT NOT NULL,
  kind           TEXT NOT NULL,            -- models.DiscrepancyEventKind, such as noted or explained
  staff_id       TEXT NOT NULL DEFAULT '',
  who            TEXT NOT NULL DEFAULT '',
  value          TEXT NOT NULL DEFAULT '', -- a note, a reason, the staff id of an owner, or figures
  created_at     DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX discrepancy_events_of ON discrepancy_events (discrepancy_id, id);


-- ==== Tasks and imports ====
-- Work that takes longer than a page, and files of products.

-- A background task, done by a worker of any replica.
CREATE TABLE tasks (
  id         TEXT NOT NULL,
  kind       TEXT NOT NULL,              -- models.TaskKind, such as export or import
  state      TEXT NOT NULL,              -- waiting, running, done, failed, stopped
  params     TEXT NOT NULL,              -- JSON, see the kind's code
  done       INTEGER NOT NULL DEFAULT 0, -- items done
  total      INTEGER NOT NULL DEFAULT 0, -- items in all; 0: not known yet
  problem    TEXT NOT NULL DEFAULT '',   -- a remark (models.Remark): why it failed
  staff_id   TEXT NOT NULL DEFAULT '',
  who        TEXT NOT NULL DEFAULT '',   -- e-mail of the person who started it
  form_token TEXT NOT NULL,              -- the form that asked for it: a second click is the same task
  file_name  TEXT NOT NULL DEFAULT '',   -- of an export that is done
  file_type  TEXT NOT NULL DEFAULT '',
  file_size  INTEGER NOT NULL DEFAULT 0, -- bytes
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  ended_at   DATETIME NULL,
  due_at     DATETIME NULL,
  lease      TEXT NOT NULL DEFAULT '',
  tries      INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX tasks_form_token ON tasks (form_token);
CREATE INDEX tasks_by_time ON tasks (created_at, id);
CREATE INDEX tasks_due_at ON tasks (due_at);
CREATE INDEX tasks_by_file ON tasks (file_size, ended_at);

-- The result of one item of a task.
CREATE TABLE task_rows (
  task_id  TEXT NOT NULL,
  position INTEGER NOT NULL,         -- from 1
  subject  TEXT NOT NULL DEFAULT '', -- an order's ref, an attempt's id …
  order_id TEXT NOT NULL DEFAULT '',
  outcome  TEXT NOT NULL,            -- cancelled, paid, unknown, failed …
  note     TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (task_id, position),
  CONSTRAINT task_rows_task FOREIGN KEY (task_id) REFERENCES tasks (id)
);

-- A piece of an export's file. It lies in the database so that every replica can serve it.
CREATE TABLE task_chunks (
  task_id TEXT NOT NULL,
  number  INTEGER NOT NULL, -- from 1
  data    BLOB NULL,
  PRIMARY KEY (task_id, number),
  CONSTRAINT task_chunks_task FOREIGN KEY (task_id) REFERENCES tasks (id)
);

-- An uploaded file of products, what was found in it and what became of it.
CREATE TABLE imports (
  id           TEXT NOT NULL,
  file_name    TEXT NOT NULL,    -- as the browser calls it
  file_size    INTEGER NOT NULL, -- bytes
  file_lines   INTEGER NOT NULL,
  hash         TEXT NOT NULL,    -- hex SHA-256 of the file
  options      TEXT NOT NULL,    -- JSON, models.ImportOptions
  report       TEXT NOT NULL,    -- JSON, models.ImportReport of the last check; empty: not checked yet
  catalogue    TEXT NOT NULL,    -- what the file was compared with; an import into another catalogue is refused
  check_task   TEXT NOT NULL,    -- tasks.id of the last check
  apply_task   TEXT NOT NULL,    -- tasks.id of the import
  picture_task TEXT NOT NULL,    -- tasks.id of the fetching of pictures
  staff_id     TEXT NOT NULL,
  who          TEXT NOT NULL,
  created_at   DATETIME NOT NULL,
  applied_at   DATETIME,         -- when everything was imported; NULL: not yet
  PRIMARY KEY (id)
);
CREATE INDEX imports_by_time ON imports (created_at, id);

-- A piece of an uploaded file.
CREATE TABLE import_chunks (
  import_id TEXT NOT NULL,
  number    INTEGER NOT NULL, -- from 1
  data      BLOB,
  PRIMARY KEY (import_id, number),
  CONSTRAINT import_chunks_import FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE
);

-- One thing that is wrong with a file.
CREATE TABLE import_problems (
  import_id   TEXT NOT NULL,
  position    INTEGER NOT NULL, -- from 1, in the order of the lines
  line        INTEGER NOT NULL, -- of the file; 0: the file as a whole
  column_name TEXT NOT NULL,
  level       TEXT NOT NULL,    -- error (nothing is imported), skipped (the row is left out), note (something of the row is)
  code        TEXT NOT NULL,    -- models/productcsv names them
  sku         TEXT NOT NULL,
  details     TEXT NOT NULL,    -- JSON, the values for the message
  PRIMARY KEY (import_id, position),
  CONSTRAINT import_problems_import FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE
);
CREATE INDEX import_problems_by_level ON import_problems (import_id, level, position);

-- A product whose pictures an import fetches.
CREATE TABLE import_pictures (
  import_id  TEXT NOT NULL,
  position   INTEGER NOT NULL, -- from 1
  product_id TEXT NOT NULL,
  line       INTEGER NOT NULL, -- of the file
  sku        TEXT NOT NULL,
  pictures   TEXT NOT NULL,    -- JSON list, models.WantedPicture
  state      TEXT NOT NULL,    -- waiting, done, failed (at least one could not be fetched)
  problem    TEXT NOT NULL,    -- remarks (models.Remark) about those that could not be fetched, one per line
  PRIMARY KEY (import_id, position),
  CONSTRAINT import_pictures_import FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE
);
CREATE INDEX import_pictures_by_state ON import_pictures (import_id, state, position);

-- What the picture at an address is called here, so that no address is fetched twice.
CREATE TABLE fetched_pictures (
  address_hash TEXT NOT NULL, -- hex SHA-256 of address
  address      TEXT NOT NULL,
  source       TEXT NOT NULL, -- media.source
  fetched_at   DATETIME NOT NULL,
  PRIMARY KEY (address_hash)
);


-- ==== Staff and audit log ====
-- The people of the back office, and what they did.

-- A person of the back office.
CREATE TABLE staff (
  id            TEXT NOT NULL,
  email         TEXT NOT NULL,              -- lower case
  name          TEXT NOT NULL,
  role          TEXT NOT NULL,              -- viewer, operator, finance, owner
  lang          TEXT NOT NULL,
  password_hash TEXT NOT NULL DEFAULT '',   -- argon2id in PHC form; empty: none yet
  totp_sealed   BLOB NULL,                  -- TOTP secret, encrypted by the store; NULL: none yet
  totp_step     INTEGER NOT NULL DEFAULT 0, -- the last 30-second step that was used: a code is good once
  recovery_hash TEXT NOT NULL DEFAULT '',   -- hex SHA-256 of the recovery codes that are left, with spaces between
  disabled      BOOLEAN NOT NULL DEFAULT 0,
  created_at    DATETIME NOT NULL,
  updated_at    DATETIME NOT NULL,
  last_login_at DATETIME NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX staff_email ON staff (email);

-- Something that waits for the staff at this moment: it is deleted when it is over.
CREATE TABLE alerts (
  kind    TEXT NOT NULL, -- models.AlertKind: attention, refund, low_stock, callbacks, statement
  subject TEXT NOT NULL, -- the id of a review, a refund, a variant or a discrepancy; callbacks: the word itself
  since   DATETIME NOT NULL,
  PRIMARY KEY (kind, subject)
);
CREATE INDEX alerts_since ON alerts (since);

-- When a person of the staff wants to be told about a kind of alert, and was told last.
CREATE TABLE staff_alerts (
  staff_id   TEXT NOT NULL,
  kind       TEXT NOT NULL,            -- an alert's, or daily: the summary of the day
  timing     TEXT NOT NULL DEFAULT '', -- now, daily, never; empty: as is usual for the role
  told_until DATETIME NULL,            -- alerts up to this moment were told; NULL: none
  mailed_at  DATETIME NULL,            -- NULL: never
  PRIMARY KEY (staff_id, kind),
  CONSTRAINT staff_alerts_staff FOREIGN KEY (staff_id) REFERENCES staff (id)
);

-- A browser that is signed in to the back office, or is signing in.
CREATE TABLE staff_sessions (
  id          TEXT NOT NULL,            -- hex SHA-256 of the cookie's id
  staff_id    TEXT NOT NULL,
  stage       TEXT NOT NULL,            -- password (the code is still missing), full
  remote_addr TEXT NOT NULL DEFAULT '', -- cleared after a while, like user_agent
  user_agent  TEXT NOT NULL DEFAULT '',
  created_at  DATETIME NOT NULL,
  seen_at     DATETIME NOT NULL,
  expires_at  DATETIME NOT NULL,
  step_up_at  DATETIME NULL,            -- the last fresh TOTP code; NULL: none
  device_id   TEXT NOT NULL DEFAULT '', -- staff_devices.id; empty: the code is still missing
  PRIMARY KEY (id),
  CONSTRAINT staff_sessions_staff FOREIGN KEY (staff_id) REFERENCES staff (id)
);
CREATE INDEX staff_sessions_by_staff ON staff_sessions (staff_id);
CREATE INDEX staff_sessions_expires_at ON staff_sessions (expires_at);

-- A browser that has signed in to an account with password and code: the failures of strangers do not slow it down.
CREATE TABLE staff_devices (
  id          TEXT NOT NULL,            -- hex SHA-256 of the cookie's id
  staff_id    TEXT NOT NULL,
  remote_addr TEXT NOT NULL DEFAULT '', -- of the first sign-in; cleared after a while, like user_agent
  user_agent  TEXT NOT NULL DEFAULT '',
  created_at  DATETIME NOT NULL,        -- the first sign-in
  seen_at     DATETIME NOT NULL,        -- the last sign-in
  visited_at  DATETIME NULL,            -- the sign-in before it, in any browser if it is the first; NULL: none
  PRIMARY KEY (id, staff_id),
  CONSTRAINT staff_devices_staff FOREIGN KEY (staff_id) REFERENCES staff (id)
);
CREATE INDEX staff_devices_by_staff ON staff_devices (staff_id, created_at);
CREATE INDEX staff_devices_seen_at ON staff_devices (seen_at);

-- A link with which somebody makes an account once.
CREATE TABLE invitations (
  id         TEXT NOT NULL,            -- hex SHA-256 of the link's token
  email      TEXT NOT NULL DEFAULT '', -- empty: the link of the first owner, who says it
  role       TEXT NOT NULL,
  invited_by TEXT NOT NULL DEFAULT '', -- staff id; empty: the setup link or the command line
  created_at DATETIME NOT NULL,
  expires_at DATETIME NOT NULL,
  used_at    DATETIME NULL,            -- NULL: not yet
  PRIMARY KEY (id)
);
CREATE INDEX invitations_expires_at ON invitations (expires_at);

-- Failures to sign in, of an account, a network or a browser: each doubles the wait before the next try.
CREATE TABLE throttles (
  id            TEXT NOT NULL, -- hex SHA-256 of what is slowed down
  failures      INTEGER NOT NULL,
  failed_at     DATETIME NOT NULL,
  blocked_until DATETIME NULL, -- NULL: no wait
  PRIMARY KEY (id)
);
CREATE INDEX throttles_failed_at ON throttles (failed_at);

-- How many requests of a program were counted within a minute, over all replicas.
CREATE TABLE request_counts (
  id       TEXT NOT NULL, -- hex SHA-256 of who is counted and of the minute
  used     INTEGER NOT NULL,
  began_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX request_counts_began_at ON request_counts (began_at);

-- How often something happened within an hour that an attack may be: the audit log gets the number when the hour is over.
CREATE TABLE security_counts (
  `hour`   DATETIME NOT NULL,
  kind     TEXT NOT NULL,              -- models.SecurityKind, such as refused
  network  TEXT NOT NULL,              -- models.Network; empty: further ones, which have no row of their own
  account  TEXT NOT NULL,              -- a keyed digest of the e-mail address; empty: no account
  `count`  INTEGER NOT NULL,
  audited  INTEGER NOT NULL DEFAULT 0, -- how many of these the audit log has
  first_at DATETIME NOT NULL,
  last_at  DATETIME NOT NULL,
  PRIMARY KEY (`hour`, kind, network, account)
);
CREATE INDEX security_counts_by_account ON security_counts (account, last_at);

-- One thing that somebody did, bound to the entry before it by its hash.
CREATE TABLE audit_entries (
  seq         INTEGER NOT NULL,         -- 1, 2, 3 …: of two writers that read the same last entry, one has to start again
  at          DATETIME NOT NULL,
  staff_id    TEXT NOT NULL DEFAULT '', -- empty: the command line or the shop itself
  who         TEXT NOT NULL DEFAULT '', -- e-mail at that time, or command line
  action      TEXT NOT NULL,            -- models.AuditActions, such as order.cancel
  subject     TEXT NOT NULL DEFAULT '', -- what it was done to, such as order:<id>
  `before`    TEXT NOT NULL,            -- JSON of what changed, without secrets; empty: nothing was there
  after       TEXT NOT NULL,
  remote_addr TEXT NOT NULL DEFAULT '', -- cleared after a while, together with origin_salt
  request_id  TEXT NOT NULL DEFAULT '',
  prev_hash   TEXT NOT NULL,            -- hash of entry seq − 1; of the first: 64 zeros
  hash        TEXT NOT NULL,            -- hex SHA-256 over the entry, models.AuditEntry.ChainHash
  -- Hex SHA-256 of origin_salt and remote_addr: the chain covers it instead of the address, which can be cleared.
  origin      TEXT NOT NULL DEFAULT '',
  origin_salt TEXT NOT NULL DEFAULT '', -- random, so that nobody finds the address by trying all
  PRIMARY KEY (seq)
);
CREATE INDEX audit_by_action ON audit_entries (action, seq);
CREATE INDEX audit_by_who ON audit_entries (who, seq);
CREATE INDEX audit_by_subject ON audit_entries (subject, seq);
CREATE INDEX audit_by_time ON audit_entries (at);


-- ==== Settings and figures ====
-- What the shop is told about itself, and what it counts.

-- A setting. Where there is no row, the environment or the default holds.
CREATE TABLE settings (
  name   TEXT NOT NULL, -- models.SettingKey, such as shop.name
  value  TEXT NOT NULL, -- empty for a secret
  sealed BLOB,          -- a secret's value, encrypted by the store; NULL: no secret
  PRIMARY KEY (name)
) WITHOUT ROWID;

-- The settings of one page, which are changed together.
CREATE TABLE setting_groups (
  name       TEXT NOT NULL,            -- shop, currency, legal, mail, orders, limits, retention
  version    INTEGER NOT NULL,
  changed_at DATETIME NOT NULL,
  who        TEXT NOT NULL DEFAULT '', -- e-mail of the person who changed them last
  PRIMARY KEY (name)
);

-- Numbers that are given out one after the other, in the transaction that uses them.
CREATE TABLE sequences (
  name TEXT NOT NULL,    -- orders, events
  last INTEGER NOT NULL, -- the last number that was given
  PRIMARY KEY (name)
) WITHOUT ROWID;

-- A count of events of one day.
CREATE TABLE counters (
  day   TEXT NOT NULL, -- yyyy-MM-dd, UTC
  name  TEXT NOT NULL, -- such as notify_accepted
  value INTEGER NOT NULL,
  PRIMARY KEY (day, name)
) WITHOUT ROWID;

-- How far a table has been cleared of what is kept for a while only: everything before done_until is done.
CREATE TABLE retention_marks (
  name       TEXT NOT NULL, -- table and what is cleared, such as inbox.network
  done_until DATETIME NOT NULL,
  PRIMARY KEY (name)
);

-- The dashboard's figures of a finished day.
CREATE TABLE day_figures (
  zone       TEXT NOT NULL,    -- IANA name of the time zone that day is meant in
  day        TEXT NOT NULL,    -- yyyy-MM-dd
  orders     INTEGER NOT NULL, -- placed that day
  converted  INTEGER NOT NULL, -- of these, paid by now
  paid       INTEGER NOT NULL, -- paid that day
  uncalled   INTEGER NOT NULL, -- of these, without any callback
  waits      TEXT NOT NULL,    -- JSON, models.Histogram of the time from order to payment
  lags       TEXT NOT NULL,    -- JSON, models.Histogram of the time that callbacks took to arrive
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (zone, day)
);

-- The sums of a finished day.
CREATE TABLE day_sums (
  zone    TEXT NOT NULL,
  day     TEXT NOT NULL,
  kind    TEXT NOT NULL,    -- revenue and returned (per currency), coin and refund (per coin)
  symbol  TEXT NOT NULL,    -- of the currency or coin
  `count` INTEGER NOT NULL, -- orders or refunds
  amount  TEXT NOT NULL COLLATE DECIMAL,
  PRIMARY KEY (zone, day, kind, symbol)
);

-- +goose Down
DROP TABLE day_sums;
DROP TABLE day_figures;
DROP TABLE retention_marks;
DROP TABLE counters;
DROP TABLE sequences;
DROP TABLE setting_groups;
DROP TABLE settings;
DROP TABLE audit_entries;
DROP TABLE security_counts;
DROP TABLE request_counts;
DROP TABLE throttles;
DROP TABLE invitations;
DROP TABLE staff_devices;
DROP TABLE staff_sessions;
DROP TABLE staff_alerts;
DROP TABLE alerts;
DROP TABLE staff;
DROP TABLE fetched_pictures;
DROP TABLE import_pictures;
DROP TABLE import_problems;
DROP TABLE import_chunks;
DROP TABLE imports;
DROP TABLE task_chunks;
DROP TABLE task_rows;
DROP TABLE tasks;
DROP TABLE discrepancy_events;
DROP TABLE discrepancies;
DROP TABLE book_days;
DROP TABLE statement_lines;
DROP TABLE statement_pages;
DROP TABLE statements;
DROP TABLE delivery_tries;
DROP TABLE deliveries;
DROP TABLE webhook_endpoints;
DROP TABLE events;
DROP TABLE answers;
DROP TABLE payment_links;
DROP TABLE checkouts;
DROP TABLE pairings;
DROP TABLE api_keys;
DROP TABLE shipment_lines;
DROP TABLE shipments;
DROP TABLE refund_lines;
DROP TABLE refunds;
DROP TABLE search_grams;
DROP TABLE search_texts;
DROP TABLE search_spaces;
DROP TABLE unindexed_orders;
DROP TABLE customer_notes;
DROP TABLE customer_sums;
DROP TABLE customers;
DROP TABLE notes;
DROP TABLE mail_slots;
DROP TABLE outbox;
DROP TABLE inbox;
DROP TABLE reviews;
DROP TABLE transitions;
DROP TABLE evidence;
DROP TABLE attempts;
DROP TABLE coupon_uses;
DROP TABLE unpaid_holders;
DROP TABLE reservations;
DROP TABLE order_lines;
DROP TABLE order_addresses;
DROP TABLE orders;
DROP TABLE sessions;
DROP TABLE cart_lines;
DROP TABLE carts;
DROP TABLE delivery_methods;
DROP TABLE zone_places;
DROP TABLE zones;
DROP TABLE coupon_shoppers;
DROP TABLE coupons;
DROP TABLE rates;
DROP TABLE price_sources;
DROP TABLE coins;
DROP TABLE stock_count_lines;
DROP TABLE stock_counts;
DROP TABLE stock_movements;
DROP TABLE search_terms;
DROP TABLE slug_redirects;
DROP TABLE product_tags;
DROP TABLE product_categories;
DROP TABLE media_files;
DROP TABLE media;
DROP TABLE pictures;
DROP TABLE variants;
DROP TABLE products;
DROP TABLE categories;
