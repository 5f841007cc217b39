-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE stock_count_lines (
  count_id   CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  variant_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  position   INT NOT NULL,
  expected   INT NOT NULL,
  counted    INT NULL,
  counted_at DATETIME(3) NULL,
  PRIMARY KEY (count_id, variant_id),
  KEY stock_count_lines_by_position (count_id, position),
  KEY stock_count_lines_by_variant (variant_id),
  CONSTRAINT stock_count_lines_count FOREIGN KEY (count_id) REFERENCES stock_counts (id),
  CONSTRAINT stock_count_lines_variant FOREIGN KEY (variant_id) REFERENCES variants (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE stock_count_lines;
