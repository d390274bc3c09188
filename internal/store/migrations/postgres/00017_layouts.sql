-- +goose Up
-- What a canned reply shows beside its text, as JSON; empty for nothing.
ALTER TABLE canned ADD COLUMN beside TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE canned DROP COLUMN beside;
