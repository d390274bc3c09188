-- +goose Up
-- What a model heard or saw in a file of a customer, or why it could not; once for each.
CREATE TABLE understood (
    message_id TEXT NOT NULL,
    n BIGINT NOT NULL,
    conversation_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    heard TEXT NOT NULL,
    seen TEXT NOT NULL,
    written TEXT NOT NULL,
    failure TEXT NOT NULL,
    detail TEXT NOT NULL,
    model TEXT NOT NULL,
    millis BIGINT NOT NULL,
    PRIMARY KEY (message_id, n)
);
CREATE INDEX understood_conversation ON understood (conversation_id);

-- +goose Down
DROP TABLE understood;
