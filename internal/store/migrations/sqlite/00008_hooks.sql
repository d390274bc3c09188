-- +goose Up
CREATE TABLE hooks (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    active BIGINT NOT NULL,
    reason TEXT NOT NULL,
    secret TEXT NOT NULL,
    old_secret TEXT NOT NULL,
    old_until BIGINT NOT NULL,
    since BIGINT NOT NULL,
    paused_until BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- One row: how far the feed of changes has been turned into events.
CREATE TABLE hook_follower (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    txid BIGINT NOT NULL,
    cursor BIGINT NOT NULL,
    since BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    last_n BIGINT NOT NULL
);

-- Up to which line a conversation has been turned into events, and which opinion of its customer was told.
CREATE TABLE hook_marks (
    conversation_id TEXT PRIMARY KEY REFERENCES conversations (id),
    seq BIGINT NOT NULL,
    opinion BIGINT NOT NULL
) WITHOUT ROWID;

-- Lines on their way out, of which it is not yet known whether they were sent.
CREATE TABLE hook_unsettled (
    message_id TEXT PRIMARY KEY REFERENCES messages (id),
    conversation_id TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX hook_unsettled_conversation ON hook_unsettled (conversation_id);

CREATE TABLE hook_deliveries (
    id TEXT PRIMARY KEY,
    hook_id TEXT NOT NULL REFERENCES hooks (id),
    event_id TEXT NOT NULL,
    event TEXT NOT NULL,
    lane TEXT NOT NULL,
    n BIGINT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    status BIGINT NOT NULL,
    error TEXT NOT NULL,
    answer TEXT NOT NULL,
    millis BIGINT NOT NULL,
    at BIGINT NOT NULL,
    tried_at BIGINT NOT NULL,
    done_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX hook_deliveries_event ON hook_deliveries (hook_id, event_id);
CREATE INDEX hook_deliveries_waiting ON hook_deliveries (hook_id, lane, n) WHERE state = 'waiting';
CREATE INDEX hook_deliveries_state ON hook_deliveries (hook_id, state, id);
CREATE INDEX hook_deliveries_done ON hook_deliveries (done_at) WHERE state <> 'waiting';

CREATE TABLE hook_lanes (
    hook_id TEXT NOT NULL,
    lane TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    lease_by TEXT NOT NULL,
    PRIMARY KEY (hook_id, lane)
) WITHOUT ROWID;
CREATE INDEX hook_lanes_due ON hook_lanes (hook_id, due_at);

-- +goose Down
DROP TABLE hook_lanes;
DROP TABLE hook_deliveries;
DROP TABLE hook_unsettled;
DROP TABLE hook_marks;
DROP TABLE hook_follower;
DROP TABLE hooks;
