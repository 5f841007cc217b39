-- +goose NO TRANSACTION
-- +goose Up
-- The primary key is an entry's place in the chain: of two writers that read the same end, one has to start again.
CREATE TABLE audit_entries (
  seq         BIGINT NOT NULL,
  at          DATETIME(3) NOT NULL,
  staff_id    VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  who         VARCHAR(254) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  action      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subject     VARCHAR(190) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  `before`    MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  after       MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  remote_addr VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  request_id  VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  prev_hash   CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  hash        CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (seq),
  KEY audit_by_action (action, seq),
  KEY audit_by_who (who, seq),
  KEY audit_by_subject (subject, seq)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE audit_entries;
