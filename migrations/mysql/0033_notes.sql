-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE notes (
  id         CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_id   CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  staff_id   VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  who        VARCHAR(254) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  text       MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY notes_by_order (order_id, created_at),
  CONSTRAINT notes_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE notes;
