-- Orders, and what became of each. What has ended never changes: triggers refuse that.
CREATE TABLE IF NOT EXISTS orders (
    number INTEGER PRIMARY KEY,
    -- What the application calls it.
    id TEXT NOT NULL UNIQUE,
    -- What its video is called in the API. No other video ever is, so that the API's list says which
    -- video is of this order.
    video_name TEXT NOT NULL UNIQUE,
    template_id INTEGER NOT NULL,
    headline TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'sending', 'started', 'done', 'failed', 'unknown')),
    job_id TEXT,
    -- The record of the job, as JSON: all that another process needs to go on with it.
    job TEXT,
    -- The video, as JSON.
    result TEXT,
    -- Why there is no video, or why it isn't known whether there is one.
    error TEXT,
    -- When the job is polled, or the API's list is searched for it, or since when the order is
    -- queued, in Unix milliseconds.
    due INTEGER NOT NULL DEFAULT 0,
    searches INTEGER NOT NULL DEFAULT 0,
    -- Since when each poll says that there is no such job, in Unix milliseconds.
    not_found_since INTEGER,
    CHECK (state <> 'started' OR (job_id IS NOT NULL AND job IS NOT NULL)),
    CHECK ((state = 'done') = (result IS NOT NULL))
) STRICT;
CREATE INDEX IF NOT EXISTS orders_by_state ON orders (state, due);
CREATE INDEX IF NOT EXISTS orders_by_job ON orders (job_id);

-- Events as received, each once, however often it was delivered.
CREATE TABLE IF NOT EXISTS events (
    key TEXT PRIMARY KEY,
    -- The job that the event is about: of an order, or of one that isn't stored yet.
    job_id TEXT,
    body TEXT NOT NULL,
    deliveries INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX IF NOT EXISTS events_by_job ON events (job_id);

-- Each change of state, for people who ask what happened.
CREATE TABLE IF NOT EXISTS history (
    number INTEGER PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES orders (id),
    state TEXT NOT NULL,
    changed_at INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT;
CREATE INDEX IF NOT EXISTS history_by_order ON history (order_id);

CREATE TRIGGER IF NOT EXISTS state_changes AFTER UPDATE OF state ON orders
WHEN OLD.state <> NEW.state
BEGIN
    INSERT INTO history (order_id, state) VALUES (NEW.id, NEW.state);
END;

CREATE TRIGGER IF NOT EXISTS ends_are_final BEFORE UPDATE ON orders
WHEN OLD.state IN ('done', 'failed')
BEGIN
    SELECT RAISE(ABORT, 'an order that has ended never changes');
END;

CREATE TRIGGER IF NOT EXISTS ends_are_kept BEFORE DELETE ON orders
WHEN OLD.state IN ('done', 'failed')
BEGIN
    SELECT RAISE(ABORT, 'an order that has ended is never deleted');
END;
