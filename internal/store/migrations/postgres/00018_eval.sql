-- +goose Up
-- The memory that the bot had before a turn, to decide the turn again from other knowledge.
ALTER TABLE turns ADD COLUMN bot_state TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE turns DROP COLUMN bot_state;
