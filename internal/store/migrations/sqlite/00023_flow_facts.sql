-- +goose Up
-- What flows have set as facts of a customer; the newest of a name counts.
CREATE TABLE flow_facts (
    conversation_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, name)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE flow_facts;
