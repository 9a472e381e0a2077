-- The first schema. Ids are never reused; times are milliseconds since 1970 in UTC.
-- No CHECK says IN with three values or more: SQLite would build a temporary index for it at
-- each insert and update, which costs more than the statement.

-- Which journal this is, wherever its file is moved.
CREATE TABLE journal (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    identity TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL
) STRICT;

-- What made this schema; a changed checksum is refused.
CREATE TABLE migrations (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at_ms INTEGER NOT NULL
) STRICT;

-- Lanes that differ from the default: paused, or with a limit on what runs at once.
CREATE TABLE queues (
    name TEXT PRIMARY KEY,
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    max_running INTEGER CHECK (max_running > 0)
) STRICT, WITHOUT ROWID;

-- The hot row: all that a claim or a settle rewrites, and no payload.
CREATE TABLE futures (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- The lane it waits in.
    queue TEXT NOT NULL,
    -- A registered function's name, or "command".
    task TEXT NOT NULL,
    -- Where it is to run; NULL until an owner knows the function.
    pool TEXT CHECK (pool = 'thread' OR pool = 'process' OR pool = 'command'),
    state TEXT NOT NULL DEFAULT 'pending'
        CHECK (state = 'pending' OR state = 'running' OR state = 'succeeded' OR state = 'failed'
            OR state = 'cancelled'),
    -- Why a pending future cannot be claimed yet; NULL where it can.
    hold TEXT CHECK (
        hold = 'unknown_task' OR hold = 'run_at' OR hold = 'retry' OR hold = 'dependency'),
    -- Larger is claimed earlier.
    priority INTEGER NOT NULL,
    -- When a hold for a time ends.
    due_ms INTEGER,
    -- The number of its latest attempt; counted by the claim.
    attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    -- Random at each claim: fences off whoever held the one before.
    token INTEGER,
    submitted_at_ms INTEGER NOT NULL,
    -- Of the latest attempt.
    started_at_ms INTEGER,
    finished_at_ms INTEGER,
    -- Attempts that ended without ending the future, by what ended them.
    errors INTEGER NOT NULL DEFAULT 0 CHECK (errors >= 0),
    crashes INTEGER NOT NULL DEFAULT 0 CHECK (crashes >= 0),
    interruptions INTEGER NOT NULL DEFAULT 0 CHECK (interruptions >= 0),
    -- The running attempt was told to stop.
    cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
    -- The caller's name for it, which makes a repeated submit safe.
    key TEXT,
    -- The ended future that it was submitted again from.
    retry_of INTEGER REFERENCES futures (id),
    -- Running and holding a token are one thing; so are having ended and a finish time.
    CHECK ((state = 'running') = (token IS NOT NULL)),
    CHECK (state <> 'running' OR pool IS NOT NULL),
    CHECK ((state = 'succeeded' OR state = 'failed' OR state = 'cancelled')
        = (finished_at_ms IS NOT NULL)),
    CHECK ((attempt > 0) = (started_at_ms IS NOT NULL)),
    CHECK (state = 'pending' OR state = 'cancelled' OR attempt > 0),
    -- Only what is pending can be held, and only what has a pool can be claimed.
    CHECK (hold IS NULL OR state = 'pending'),
    CHECK (state <> 'pending' OR pool IS NOT NULL OR hold IS 'unknown_task'),
    CHECK ((hold IS 'run_at' OR hold IS 'retry') = (due_ms IS NOT NULL)),
    CHECK (errors + crashes + interruptions <= attempt)
) STRICT;

CREATE UNIQUE INDEX futures_key ON futures (key) WHERE key IS NOT NULL;
CREATE INDEX futures_claimable ON futures (pool, queue, priority DESC, id)
    WHERE state = 'pending' AND hold IS NULL;
CREATE INDEX futures_due ON futures (due_ms) WHERE due_ms IS NOT NULL;
CREATE INDEX futures_unknown ON futures (task, id) WHERE hold = 'unknown_task';
CREATE INDEX futures_dependent ON futures (id) WHERE hold = 'dependency';
CREATE INDEX futures_running ON futures (id) WHERE state = 'running';
CREATE INDEX futures_failed ON futures (id) WHERE state = 'failed';
CREATE INDEX futures_cancelled ON futures (id) WHERE state = 'cancelled';

-- What was asked for. Never rewritten.
CREATE TABLE requests (
    future_id INTEGER PRIMARY KEY REFERENCES futures (id),
    arguments TEXT NOT NULL,
    pool TEXT CHECK (pool = 'thread' OR pool = 'process' OR pool = 'command'),
    on_crash TEXT NOT NULL CHECK (on_crash = 'retry' OR on_crash = 'fail' OR on_crash = 'cancel'),
    max_crashes INTEGER NOT NULL CHECK (max_crashes >= 0),
    on_shutdown TEXT NOT NULL
        CHECK (on_shutdown = 'finish' OR on_shutdown = 'requeue' OR on_shutdown = 'cancel'),
    max_attempts INTEGER NOT NULL CHECK (max_attempts > 0),
    backoff_ms INTEGER NOT NULL CHECK (backoff_ms >= 0),
    max_backoff_ms INTEGER NOT NULL CHECK (max_backoff_ms >= 0),
    time_limit_ms INTEGER CHECK (time_limit_ms > 0),
    grace_ms INTEGER NOT NULL CHECK (grace_ms >= 0),
    run_at_ms INTEGER,
    output_limit INTEGER NOT NULL CHECK (output_limit >= 0)
) STRICT;

-- How a future ended. Written once.
CREATE TABLE outcomes (
    future_id INTEGER PRIMARY KEY REFERENCES futures (id),
    state TEXT NOT NULL CHECK (state = 'succeeded' OR state = 'failed' OR state = 'cancelled'),
    value TEXT,
    type TEXT,
    message TEXT,
    payload TEXT,
    exit_code INTEGER,
    signal INTEGER,
    attempt INTEGER,
    reason TEXT,
    CHECK ((state = 'succeeded') = (value IS NOT NULL)),
    CHECK ((state = 'failed') = (type IS NOT NULL)),
    CHECK ((state = 'failed') = (message IS NOT NULL)),
    CHECK ((state = 'cancelled') = (reason IS NOT NULL))
) STRICT;

-- What each attempt of a command wrote, up to its limit; the rest was counted and dropped.
CREATE TABLE outputs (
    future_id INTEGER NOT NULL REFERENCES futures (id),
    attempt INTEGER NOT NULL CHECK (attempt > 0),
    stdout BLOB NOT NULL,
    stdout_dropped INTEGER NOT NULL CHECK (stdout_dropped >= 0),
    stderr BLOB NOT NULL,
    stderr_dropped INTEGER NOT NULL CHECK (stderr_dropped >= 0),
    PRIMARY KEY (future_id, attempt)
) STRICT;

-- Attempts that ended without ending their future.
CREATE TABLE attempts (
    future_id INTEGER NOT NULL REFERENCES futures (id),
    number INTEGER NOT NULL CHECK (number > 0),
    started_at_ms INTEGER NOT NULL,
    ended_at_ms INTEGER NOT NULL,
    ending TEXT NOT NULL CHECK (ending = 'failed' OR ending = 'crashed' OR ending = 'interrupted'),
    type TEXT,
    message TEXT,
    payload TEXT,
    exit_code INTEGER,
    signal INTEGER,
    attempt INTEGER,
    PRIMARY KEY (future_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    future_id INTEGER REFERENCES futures (id),
    at_ms INTEGER NOT NULL,
    event TEXT NOT NULL,
    attempt INTEGER,
    detail TEXT
) STRICT;
CREATE INDEX events_future ON events (future_id, id);

-- Kept by the transactions that change states, so that statistics need no scan.
CREATE TABLE counts (
    queue TEXT NOT NULL,
    state TEXT NOT NULL,
    count INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (queue, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE dependencies (
    future_id INTEGER NOT NULL REFERENCES futures (id),
    needs_id INTEGER NOT NULL REFERENCES futures (id),
    PRIMARY KEY (future_id, needs_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX dependencies_needs ON dependencies (needs_id);

CREATE TABLE labels (
    future_id INTEGER NOT NULL REFERENCES futures (id),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (future_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX labels_value ON labels (name, value, future_id);

-- FAIL, not ABORT: with the statements' own OR FAIL it spares each of them a copy of the pages
-- that it changes.
CREATE TRIGGER futures_end_once BEFORE UPDATE ON futures
WHEN OLD.finished_at_ms IS NOT NULL
BEGIN SELECT RAISE(FAIL, 'a terminal future never changes'); END;

CREATE TRIGGER futures_end_with_outcome BEFORE UPDATE OF state ON futures
WHEN NEW.finished_at_ms IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM outcomes WHERE future_id = NEW.id AND state = NEW.state)
BEGIN SELECT RAISE(FAIL, 'a future ends with an outcome'); END;

CREATE TRIGGER futures_begin_pending BEFORE INSERT ON futures
WHEN NEW.state <> 'pending' OR EXISTS (SELECT 1 FROM futures WHERE id = NEW.id)
BEGIN SELECT RAISE(FAIL, 'a future begins pending, under an id of its own'); END;

CREATE TRIGGER futures_stay BEFORE DELETE ON futures
BEGIN SELECT RAISE(FAIL, 'futures are not deleted'); END;

CREATE TRIGGER requests_stay_as_asked BEFORE UPDATE ON requests
BEGIN SELECT RAISE(FAIL, 'a request never changes'); END;

CREATE TRIGGER requests_stay BEFORE DELETE ON requests
BEGIN SELECT RAISE(FAIL, 'requests are not deleted'); END;

CREATE TRIGGER outcomes_come_once BEFORE INSERT ON outcomes
WHEN EXISTS (SELECT 1 FROM futures WHERE id = NEW.future_id AND finished_at_ms IS NOT NULL)
BEGIN SELECT RAISE(FAIL, 'an outcome is recorded once'); END;

CREATE TRIGGER outcomes_stay_as_recorded BEFORE UPDATE ON outcomes
BEGIN SELECT RAISE(FAIL, 'an outcome never changes'); END;

CREATE TRIGGER outcomes_stay BEFORE DELETE ON outcomes
BEGIN SELECT RAISE(FAIL, 'outcomes are not deleted'); END;

CREATE TRIGGER events_stay_as_recorded BEFORE UPDATE ON events
BEGIN SELECT RAISE(FAIL, 'events are only appended'); END;
