-- +goose Up
ALTER TABLE conversations ADD COLUMN team TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN topic TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN priority BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN handed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN replied_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN desk_due_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN snoozed_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
CREATE INDEX conversations_desk_due ON conversations (desk_due_at) WHERE desk_due_at > 0;
-- What waited for people before this step goes on waiting from when it was handed over.
UPDATE conversations SET handed_at = CASE WHEN queued_at > 0 THEN queued_at ELSE last_at END, asked_at = CASE WHEN last_dir = 'in' THEN last_at ELSE 0 END WHERE owner IN ('queue', 'agent');

-- +goose Down
DROP INDEX conversations_desk_due;
ALTER TABLE conversations DROP COLUMN outcome;
ALTER TABLE conversations DROP COLUMN snoozed_until;
ALTER TABLE conversations DROP COLUMN desk_due_at;
ALTER TABLE conversations DROP COLUMN replied_at;
ALTER TABLE conversations DROP COLUMN asked_at;
ALTER TABLE conversations DROP COLUMN handed_at;
ALTER TABLE conversations DROP COLUMN priority;
ALTER TABLE conversations DROP COLUMN topic;
ALTER TABLE conversations DROP COLUMN team;
