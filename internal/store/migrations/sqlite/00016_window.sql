-- +goose Up
-- Conversations in which something waits for the customer to write again.
CREATE TABLE waits (
    conversation_id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    since BIGINT NOT NULL,
    look_at BIGINT NOT NULL,
    notice_id TEXT NOT NULL,
    noticed_at BIGINT NOT NULL,
    trouble TEXT NOT NULL
);
CREATE INDEX waits_look ON waits (look_at) WHERE look_at > 0;
CREATE INDEX deliveries_withheld ON deliveries (conversation_id) WHERE state = 'withheld';

-- To whom templates went or are about to go.
CREATE INDEX deliveries_templates ON deliveries (workspace, queued_at) WHERE layout IN ('template', 'notice');

-- One row for each workspace, locked while somebody counts its templates.
CREATE TABLE template_gates (
    workspace TEXT PRIMARY KEY,
    at BIGINT NOT NULL
);

-- What customers and people decided about messages, and whether Braze was told.
CREATE TABLE consents (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    contact_id TEXT NOT NULL REFERENCES contacts (id),
    conversation_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    means TEXT NOT NULL,
    actor TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    answer TEXT NOT NULL,
    told_at BIGINT NOT NULL
);
CREATE INDEX consents_contact ON consents (contact_id, at);
CREATE INDEX consents_due ON consents (workspace, due_at) WHERE due_at > 0;

-- When what is known of a delivery last changed, by our clock, and up to when that was told in events.
ALTER TABLE receipts ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE hook_marks ADD COLUMN receipts BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE hook_marks DROP COLUMN receipts;
ALTER TABLE receipts DROP COLUMN changed_at;
DROP TABLE consents;
DROP TABLE template_gates;
DROP INDEX deliveries_templates;
DROP INDEX deliveries_withheld;
DROP TABLE waits;
