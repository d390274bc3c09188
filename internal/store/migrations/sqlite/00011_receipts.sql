-- +goose Up
-- What WhatsApp has made of a delivery that Braze took, as Currents told it. Times are 0 until it happened.
CREATE TABLE receipts (
    delivery_id TEXT PRIMARY KEY REFERENCES deliveries (id),
    sent_at BIGINT NOT NULL,
    delivered_at BIGINT NOT NULL,
    read_at BIGINT NOT NULL,
    retried_at BIGINT NOT NULL,
    failed_at BIGINT NOT NULL,
    failure TEXT NOT NULL,
    code TEXT NOT NULL,
    detail TEXT NOT NULL
);

-- Events of Currents. One that is done with keeps its id, so that it is known when it comes again, and loses its content.
CREATE TABLE receipt_events (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    content TEXT NOT NULL,
    message_id TEXT NOT NULL,
    PRIMARY KEY (workspace, id)
);
CREATE INDEX receipt_events_due ON receipt_events (due_at) WHERE due_at > 0;
CREATE INDEX receipt_events_received ON receipt_events (received_at);
CREATE INDEX receipt_events_message ON receipt_events (message_id) WHERE message_id <> '';

CREATE INDEX deliveries_dispatch ON deliveries (dispatch_id) WHERE dispatch_id <> '';

-- +goose Down
DROP INDEX deliveries_dispatch;
DROP TABLE receipt_events;
DROP TABLE receipts;
