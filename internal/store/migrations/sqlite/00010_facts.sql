-- +goose Up
-- One row: how far the feed of changes has been turned into facts.
CREATE TABLE fact_follower (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    txid BIGINT NOT NULL,
    cursor BIGINT NOT NULL,
    since BIGINT NOT NULL
);

-- How far a conversation has been turned into happenings, and what it was about last.
CREATE TABLE fact_marks (
    conversation_id TEXT PRIMARY KEY REFERENCES conversations (id),
    seq BIGINT NOT NULL,
    turn BIGINT NOT NULL,
    scored BIGINT NOT NULL,
    topic TEXT NOT NULL,
    topic_at BIGINT NOT NULL
) WITHOUT ROWID;

-- A contact whose profile at Braze is written to. Who has the lease has the only call under way for it.
CREATE TABLE fact_people (
    contact_id TEXT PRIMARY KEY REFERENCES contacts (id),
    workspace TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    lease_by TEXT NOT NULL,
    care BIGINT NOT NULL,
    points BIGINT NOT NULL,
    trouble TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX fact_people_due ON fact_people (workspace, due_at) WHERE due_at > 0;

-- What Braze should know of a contact and what it was told; values are JSON, and empty is nothing.
CREATE TABLE fact_cells (
    contact_id TEXT NOT NULL REFERENCES contacts (id),
    name TEXT NOT NULL,
    part TEXT NOT NULL,
    op TEXT NOT NULL,
    desired TEXT NOT NULL,
    accepted TEXT NOT NULL,
    sent TEXT NOT NULL,
    refused TEXT NOT NULL,
    reason TEXT NOT NULL,
    since BIGINT NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (contact_id, name, part)
) WITHOUT ROWID;

-- What Braze was told and what it said; events and increments also before they are told.
CREATE TABLE fact_tellings (
    id TEXT PRIMARY KEY,
    contact_id TEXT NOT NULL REFERENCES contacts (id),
    workspace TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    part TEXT NOT NULL,
    value TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    via TEXT NOT NULL,
    answer TEXT NOT NULL,
    exchange_id TEXT NOT NULL,
    told_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX fact_tellings_contact ON fact_tellings (contact_id, id);
CREATE INDEX fact_tellings_open ON fact_tellings (contact_id, id) WHERE state IN ('pending', 'sending');
CREATE INDEX fact_tellings_told ON fact_tellings (told_at) WHERE told_at > 0;

-- +goose Down
DROP TABLE fact_tellings;
DROP TABLE fact_cells;
DROP TABLE fact_people;
DROP TABLE fact_marks;
DROP TABLE fact_follower;
