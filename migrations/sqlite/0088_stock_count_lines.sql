-- +goose Up
CREATE TABLE stock_count_lines (
  count_id   TEXT NOT NULL,
  variant_id TEXT NOT NULL,
  position   INTEGER NOT NULL,
  expected   INTEGER NOT NULL,
  counted    INTEGER NULL,
  counted_at DATETIME NULL,
  PRIMARY KEY (count_id, variant_id),
  CONSTRAINT stock_count_lines_count FOREIGN KEY (count_id) REFERENCES stock_counts (id),
  CONSTRAINT stock_count_lines_variant FOREIGN KEY (variant_id) REFERENCES variants (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX stock_count_lines_by_position ON stock_count_lines (count_id, position);
CREATE INDEX stock_count_lines_by_variant ON stock_count_lines (variant_id);

-- +goose Down
DROP TABLE stock_count_lines;
