-- +goose Up
CREATE TABLE tags (
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    tag TEXT NOT NULL,
    PRIMARY KEY (conversation_id, tag)
) WITHOUT ROWID;
CREATE INDEX tags_tag ON tags (tag, conversation_id);

-- A user is whoever acts: a person or an API token, so users are not referenced.
CREATE TABLE reads (
    user_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    seq BIGINT NOT NULL,
    PRIMARY KEY (user_id, conversation_id)
) WITHOUT ROWID;

CREATE TABLE mentions (
    user_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    seq BIGINT NOT NULL,
    message_id TEXT NOT NULL REFERENCES messages (id),
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, conversation_id, seq)
) WITHOUT ROWID;
CREATE INDEX mentions_unseen ON mentions (user_id, conversation_id) WHERE seen_at = 0;
CREATE INDEX mentions_message ON mentions (message_id);

CREATE TABLE drafts (
    user_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    text TEXT NOT NULL,
    seen_seq BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, conversation_id)
) WITHOUT ROWID;

CREATE TABLE views (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    shared BIGINT NOT NULL,
    filter TEXT NOT NULL,
    created_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX views_user ON views (user_id);

CREATE TABLE canned (
    id TEXT PRIMARY KEY,
    shortcut TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    language TEXT NOT NULL,
    team TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (shortcut, language, team)
);

-- The search index: one piece for each line, and one with seq 0 for the person and the tags.
CREATE TABLE pieces (
    id INTEGER PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    seq BIGINT NOT NULL,
    UNIQUE (conversation_id, seq)
);
CREATE VIRTUAL TABLE search USING fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
CREATE TABLE searched (
    conversation_id TEXT PRIMARY KEY REFERENCES conversations (id),
    seq BIGINT NOT NULL,
    head TEXT NOT NULL
) WITHOUT ROWID;
-- How far somebody has followed the feed.
CREATE TABLE followers (
    name TEXT PRIMARY KEY,
    txid BIGINT NOT NULL,
    cursor BIGINT NOT NULL,
    reached TEXT NOT NULL
);

CREATE INDEX conversations_agent ON conversations (agent, last_at DESC, id DESC) WHERE owner = 'agent';
CREATE INDEX conversations_team ON conversations (team, last_at DESC, id DESC) WHERE owner IN ('queue', 'agent');
CREATE INDEX conversations_snoozed ON conversations (snoozed_until) WHERE snoozed_until > 0;

-- +goose Down
DROP INDEX conversations_snoozed;
DROP INDEX conversations_team;
DROP INDEX conversations_agent;
DROP TABLE followers;
DROP TABLE searched;
DROP TABLE search;
DROP TABLE pieces;
DROP TABLE canned;
DROP TABLE views;
DROP TABLE drafts;
DROP TABLE mentions;
DROP TABLE reads;
DROP TABLE tags;
