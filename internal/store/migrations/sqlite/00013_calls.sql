-- +goose Up
-- Every call of a tool, by the name that it has in all processes and after any crash. Times are 0 until it happened.
CREATE TABLE tool_calls (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    turn_id TEXT NOT NULL,
    tool TEXT NOT NULL,
    effect TEXT NOT NULL,
    idempotent BIGINT NOT NULL,
    args TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    result TEXT NOT NULL,
    lease_by TEXT NOT NULL,
    lease_until BIGINT NOT NULL,
    planned_at BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL
);
CREATE INDEX tool_calls_conversation ON tool_calls (conversation_id, planned_at);

-- +goose Down
DROP TABLE tool_calls;
