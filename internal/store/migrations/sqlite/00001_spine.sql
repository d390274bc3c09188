-- +goose Up
CREATE TABLE contacts (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    external_id TEXT NOT NULL,
    braze_id TEXT NOT NULL,
    alias_name TEXT NOT NULL,
    alias_label TEXT NOT NULL,
    phone TEXT NOT NULL,
    first_name TEXT NOT NULL,
    language TEXT NOT NULL,
    opted_out BIGINT NOT NULL,
    merged_into TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE identities (
    workspace TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    contact_id TEXT NOT NULL REFERENCES contacts (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (value, kind, workspace)
) WITHOUT ROWID;
CREATE INDEX identities_contact ON identities (contact_id);

CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    contact_id TEXT NOT NULL REFERENCES contacts (id),
    route TEXT NOT NULL,
    language TEXT NOT NULL,
    owner TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    agent TEXT NOT NULL,
    last_seq BIGINT NOT NULL,
    in_seq BIGINT NOT NULL,
    done_seq BIGINT NOT NULL,
    waiting_from BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    lease_by TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    window_until BIGINT NOT NULL,
    bot_state TEXT NOT NULL,
    last_text TEXT NOT NULL,
    last_dir TEXT NOT NULL,
    last_at BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    resolved_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX conversations_open ON conversations (workspace, contact_id) WHERE owner <> 'none';
CREATE INDEX conversations_due ON conversations (due_at) WHERE due_at > 0;
CREATE INDEX conversations_last ON conversations (last_at DESC, id DESC);
CREATE INDEX conversations_people ON conversations (owner, last_at DESC, id DESC) WHERE owner IN ('queue', 'agent');
CREATE INDEX conversations_contact ON conversations (contact_id);

CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    seq BIGINT NOT NULL,
    direction TEXT NOT NULL,
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    media TEXT NOT NULL,
    layout TEXT NOT NULL,
    choices TEXT NOT NULL,
    turn_id TEXT NOT NULL,
    agent TEXT NOT NULL,
    arrival TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX messages_seq ON messages (conversation_id, seq);

CREATE TABLE transitions (
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    from_owner TEXT NOT NULL,
    to_owner TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, seq)
) WITHOUT ROWID;

CREATE TABLE turns (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    epoch BIGINT NOT NULL,
    from_seq BIGINT NOT NULL,
    to_seq BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    claimed_at BIGINT NOT NULL,
    finished_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    action TEXT NOT NULL,
    trace TEXT NOT NULL
);
CREATE INDEX turns_conversation ON turns (conversation_id, to_seq);

CREATE TABLE lanes (
    contact_id TEXT PRIMARY KEY REFERENCES contacts (id),
    workspace TEXT NOT NULL,
    last_n BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    lease_by TEXT NOT NULL,
    since BIGINT NOT NULL,
    paid BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX lanes_due ON lanes (workspace, due_at) WHERE due_at > 0;

CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    contact_id TEXT NOT NULL REFERENCES contacts (id),
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    message_id TEXT NOT NULL REFERENCES messages (id),
    n BIGINT NOT NULL,
    part BIGINT NOT NULL,
    parts BIGINT NOT NULL,
    author TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    layout TEXT NOT NULL,
    text TEXT NOT NULL,
    choices TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    ambiguous BIGINT NOT NULL,
    reason TEXT NOT NULL,
    exchange_id TEXT NOT NULL,
    dispatch_id TEXT NOT NULL,
    batch_size BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    done_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX deliveries_pending ON deliveries (contact_id, n) WHERE state IN ('queued', 'sending');
CREATE INDEX deliveries_unknown ON deliveries (id) WHERE state = 'unknown';
CREATE INDEX deliveries_message ON deliveries (message_id);

CREATE TABLE budgets (
    workspace TEXT PRIMARY KEY,
    paused_until BIGINT NOT NULL,
    reason TEXT NOT NULL
);

CREATE TABLE copies (
    key TEXT PRIMARY KEY,
    message_id TEXT NOT NULL,
    until BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX copies_until ON copies (until);

CREATE TABLE pairs (
    contact_id TEXT NOT NULL REFERENCES contacts (id),
    hash TEXT NOT NULL,
    message_id TEXT NOT NULL,
    counts TEXT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (contact_id, hash)
) WITHOUT ROWID;
CREATE INDEX pairs_until ON pairs (until);

CREATE TABLE drops (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    route TEXT NOT NULL,
    message_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    dispatch_id TEXT NOT NULL,
    at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX drops_message ON drops (message_id);
CREATE INDEX drops_at ON drops (at);

CREATE TABLE dead_letters (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    route TEXT NOT NULL,
    reason TEXT NOT NULL,
    content_type TEXT NOT NULL,
    body TEXT NOT NULL,
    size BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX dead_letters_at ON dead_letters (at);

CREATE TABLE exchanges (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    status BIGINT NOT NULL,
    request TEXT NOT NULL,
    response TEXT NOT NULL,
    error TEXT NOT NULL,
    request_id TEXT NOT NULL,
    millis BIGINT NOT NULL,
    at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX exchanges_at ON exchanges (at);

CREATE TABLE feed (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT,
    txid BIGINT NOT NULL DEFAULT 0,
    workspace TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    at BIGINT NOT NULL
);

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT NOT NULL
);

CREATE TABLE sessions (
    hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE sessions;
DROP TABLE users;
DROP TABLE feed;
DROP TABLE exchanges;
DROP TABLE dead_letters;
DROP TABLE drops;
DROP TABLE pairs;
DROP TABLE copies;
DROP TABLE budgets;
DROP TABLE deliveries;
DROP TABLE lanes;
DROP TABLE turns;
DROP TABLE transitions;
DROP TABLE messages;
DROP TABLE conversations;
DROP TABLE identities;
DROP TABLE contacts;
