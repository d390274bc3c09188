-- +goose Up
-- One line for each turn in which a model was asked, or would have been had the budget not been used up.
CREATE TABLE model_turns (
    id TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL,
    route TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    calls BIGINT NOT NULL,
    tokens_in BIGINT NOT NULL,
    tokens_out BIGINT NOT NULL,
    micros BIGINT NOT NULL,
    millis BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    failure TEXT NOT NULL,
    violation TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX model_turns_conversation ON model_turns (conversation_id, at);
CREATE INDEX model_turns_at ON model_turns (at);

-- The same, summed by day (UTC, its beginning in unix milliseconds).
CREATE TABLE model_days (
    workspace TEXT NOT NULL,
    day BIGINT NOT NULL,
    route TEXT NOT NULL,
    model TEXT NOT NULL,
    outcome TEXT NOT NULL,
    failure TEXT NOT NULL,
    turns BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    tokens_in BIGINT NOT NULL,
    tokens_out BIGINT NOT NULL,
    micros BIGINT NOT NULL,
    millis BIGINT NOT NULL,
    PRIMARY KEY (workspace, day, route, model, outcome, failure)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE model_days;
DROP TABLE model_turns;
