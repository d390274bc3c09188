-- +goose Up
-- What reports are read from. Everything here can be counted again from the other tables.
CREATE TABLE report_days (
    day BIGINT NOT NULL,
    route TEXT NOT NULL,
    team TEXT NOT NULL,
    numbers TEXT NOT NULL,
    PRIMARY KEY (day, route, team)
);

CREATE TABLE report_conversations (
    conversation_id TEXT PRIMARY KEY REFERENCES conversations (id),
    counted TEXT NOT NULL,
    due_at BIGINT NOT NULL
);
CREATE INDEX report_conversations_due ON report_conversations (due_at) WHERE due_at > 0;

CREATE TABLE report_progress (
    id BIGINT PRIMARY KEY,
    version BIGINT NOT NULL,
    edition BIGINT NOT NULL,
    feed TEXT NOT NULL,
    recounting BIGINT NOT NULL,
    recounted TEXT NOT NULL
);
INSERT INTO report_progress (id, version, edition, feed, recounting, recounted) VALUES (1, 0, 0, '', 0, '');

-- +goose Down
DROP TABLE report_progress;
DROP TABLE report_conversations;
DROP TABLE report_days;
