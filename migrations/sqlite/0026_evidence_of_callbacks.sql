-- +goose Up
DROP INDEX evidence_by_attempt;
CREATE INDEX evidence_by_attempt ON evidence (attempt_id, source);

-- +goose Down
DROP INDEX evidence_by_attempt;
CREATE INDEX evidence_by_attempt ON evidence (attempt_id);
