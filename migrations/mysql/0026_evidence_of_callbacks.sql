-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE evidence DROP KEY evidence_by_attempt, ADD KEY evidence_by_attempt (attempt_id, source);

-- +goose Down
ALTER TABLE evidence DROP KEY evidence_by_attempt, ADD KEY evidence_by_attempt (attempt_id);
