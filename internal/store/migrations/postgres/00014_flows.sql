-- +goose Up
-- Every version of a flow that was ever published; conversations may still be in it.
CREATE TABLE flow_versions (
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (workspace, name, version)
);

-- What was published when and by whom; the highest n of a flow is what new starts get.
-- An empty version means that the flow was withdrawn.
CREATE TABLE flow_publications (
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    n BIGINT NOT NULL,
    version TEXT NOT NULL,
    action TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (workspace, name, n)
);

-- Where conversations wait in a flow.
CREATE TABLE flow_positions (
    conversation_id TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    step TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX flow_positions_flow ON flow_positions (workspace, name);

-- How often a step was come to and what became of those who were there, by the day.
CREATE TABLE flow_steps (
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    step TEXT NOT NULL,
    day BIGINT NOT NULL,
    entered BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    left_it BIGINT NOT NULL,
    handed BIGINT NOT NULL,
    expired BIGINT NOT NULL,
    PRIMARY KEY (workspace, name, version, step, day)
);

-- +goose Down
DROP TABLE flow_steps;
DROP TABLE flow_positions;
DROP TABLE flow_publications;
DROP TABLE flow_versions;
