-- What batches are made of. The same statements run on SQLite and on PostgreSQL. Times are
-- milliseconds since 1970 by the clock of the database; JSON is text.

-- A row for each paid request.
CREATE TABLE IF NOT EXISTS jogg_requests (
    batch TEXT NOT NULL,
    key TEXT NOT NULL,
    -- Requests are sent in this order.
    position BIGINT NOT NULL,
    operation TEXT NOT NULL,
    body TEXT NOT NULL,
    -- The estimate; NULL if the price isn't known.
    credits DOUBLE PRECISION,
    -- queued, sending, started, done, failed or unknown.
    state TEXT NOT NULL,
    -- The worker that has claimed it, and the one claim of a task of it.
    worker TEXT,
    claim TEXT,
    -- How many times it was about to be sent.
    attempts BIGINT NOT NULL DEFAULT 0,
    -- Not worked on before this time.
    not_before BIGINT NOT NULL DEFAULT 0,
    queued_at BIGINT NOT NULL,
    sent_at BIGINT,
    -- The day, in UTC, and the credits that are counted as spent.
    spent_on TEXT,
    spent DOUBLE PRECISION NOT NULL DEFAULT 0,
    ended_at BIGINT,
    job_id TEXT,
    -- The record of the job, which resumes it.
    record TEXT,
    -- The `data` of the last report on the job, or of the response.
    result TEXT,
    -- Why it failed, or why its outcome is unknown.
    error TEXT,
    -- When the application's code had taken the outcome.
    settled_at BIGINT,
    PRIMARY KEY (batch, key)
);

-- None by the state alone: it changes all the time, so that what the database knows of how many
-- rows have which is soon wrong, and it would search for one row among all that are queued.
CREATE INDEX IF NOT EXISTS jogg_requests_free
    ON jogg_requests (batch, state, position, key) WHERE worker IS NULL AND settled_at IS NULL;
CREATE INDEX IF NOT EXISTS jogg_requests_claimed
    ON jogg_requests (worker) WHERE worker IS NOT NULL;

-- Workers that are alive. Whose lease has expired, its requests are taken over.
CREATE TABLE IF NOT EXISTS jogg_workers (
    worker TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

-- What was spent, by estimates: in a batch (`batch:` and its name), and on a day (`day:` and the
-- date in UTC).
CREATE TABLE IF NOT EXISTS jogg_spending (
    scope TEXT NOT NULL PRIMARY KEY,
    credits DOUBLE PRECISION NOT NULL
);

-- The limits that processes share.
CREATE TABLE IF NOT EXISTS jogg_windows (
    name TEXT NOT NULL PRIMARY KEY,
    paused_until BIGINT NOT NULL DEFAULT 0,
    -- The last place that was given out in the queue.
    last_place BIGINT NOT NULL DEFAULT 0
);

-- Who waits for a permit (no `taken_at`), has one, or had one lately (`ended_at`).
CREATE TABLE IF NOT EXISTS jogg_permits (
    permit TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    place BIGINT NOT NULL,
    taken_at BIGINT,
    ended_at BIGINT,
    -- Without an end by then, its process is dead: it no longer waits, or its request ended then.
    expires_at BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS jogg_permits_name ON jogg_permits (name, place);
