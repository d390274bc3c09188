-- +goose Up
-- What people get when a conversation becomes theirs; packet is handoff.v1.
CREATE TABLE handoffs (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    workspace TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    code TEXT NOT NULL,
    topic TEXT NOT NULL,
    packet TEXT NOT NULL,
    needed TEXT NOT NULL DEFAULT '',
    labelled_by TEXT NOT NULL DEFAULT '',
    labelled_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX handoffs_conversation ON handoffs (conversation_id, seq);
CREATE INDEX handoffs_at ON handoffs (at);

-- One customer's opinion of one conversation; due_at is when the desk has to do something about it.
CREATE TABLE surveys (
    conversation_id TEXT PRIMARY KEY REFERENCES conversations (id),
    workspace TEXT NOT NULL,
    contact_id TEXT NOT NULL REFERENCES contacts (id),
    agent TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    planned_at BIGINT NOT NULL,
    asked_at BIGINT NOT NULL DEFAULT 0,
    until BIGINT NOT NULL DEFAULT 0,
    answered_at BIGINT NOT NULL DEFAULT 0,
    score BIGINT NOT NULL DEFAULT 0,
    comment_until BIGINT NOT NULL DEFAULT 0,
    comment TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX surveys_due ON surveys (due_at) WHERE due_at > 0;
CREATE INDEX surveys_contact ON surveys (contact_id, planned_at);
CREATE INDEX surveys_answered ON surveys (answered_at) WHERE answered_at > 0;

-- Phrasings and intents that people propose for the knowledge base.
CREATE TABLE proposals (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    message_id TEXT NOT NULL,
    state TEXT NOT NULL,
    text TEXT NOT NULL,
    language TEXT NOT NULL,
    intent TEXT NOT NULL,
    new_intent TEXT NOT NULL,
    by_user TEXT NOT NULL,
    at BIGINT NOT NULL,
    reviewed_by TEXT NOT NULL DEFAULT '',
    reviewed_at BIGINT NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '',
    published_at BIGINT NOT NULL DEFAULT 0,
    version TEXT NOT NULL DEFAULT ''
);
CREATE INDEX proposals_state ON proposals (state, at, id);

-- +goose Down
DROP TABLE proposals;
DROP TABLE surveys;
DROP TABLE handoffs;
