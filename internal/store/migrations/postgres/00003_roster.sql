-- +goose Up
ALTER TABLE conversations ADD COLUMN assigned_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN queue_rank BIGINT NOT NULL DEFAULT 0;
-- What waits goes on waiting in the order in which it came, and the desk looks at it.
UPDATE conversations SET queue_rank = queued_at WHERE owner = 'queue';
UPDATE conversations SET assigned_at = last_at WHERE owner = 'agent';
UPDATE conversations SET desk_due_at = asked_at WHERE owner IN ('queue', 'agent') AND desk_due_at = 0;
CREATE INDEX conversations_rank ON conversations (queue_rank, id) WHERE owner = 'queue';
CREATE INDEX transitions_taken ON transitions (at) WHERE from_owner = 'queue' AND to_owner = 'agent';

CREATE TABLE teams (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    strategy TEXT NOT NULL,
    auto_assign BIGINT NOT NULL,
    languages TEXT NOT NULL,
    topics TEXT NOT NULL,
    hours TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE team_members (
    team_id TEXT NOT NULL REFERENCES teams (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (team_id, user_id)
);

CREATE TABLE skills (
    user_id TEXT PRIMARY KEY REFERENCES users (id),
    capacity BIGINT NOT NULL,
    languages TEXT NOT NULL,
    topics TEXT NOT NULL
);

CREATE TABLE presence (
    user_id TEXT PRIMARY KEY REFERENCES users (id),
    wish TEXT NOT NULL,
    wished_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    active_at BIGINT NOT NULL,
    since BIGINT NOT NULL,
    assigned_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE presence;
DROP TABLE skills;
DROP TABLE team_members;
DROP TABLE teams;
DROP INDEX transitions_taken;
DROP INDEX conversations_rank;
ALTER TABLE conversations DROP COLUMN queue_rank;
ALTER TABLE conversations DROP COLUMN assigned_at;
