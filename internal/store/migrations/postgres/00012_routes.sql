-- +goose Up
-- What came in by each route, by the hour it came in.
CREATE TABLE route_hours (
    route TEXT NOT NULL,
    hour BIGINT NOT NULL,
    received BIGINT NOT NULL,
    duplicates BIGINT NOT NULL,
    repaired BIGINT NOT NULL,
    unreadable BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    tests BIGINT NOT NULL,
    PRIMARY KEY (route, hour)
);
CREATE INDEX route_hours_hour ON route_hours (hour);

-- When a secret of a route was first and last used, by its fingerprint.
CREATE TABLE route_secrets (
    route TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (route, fingerprint)
);

-- +goose Down
DROP TABLE route_secrets;
DROP TABLE route_hours;
