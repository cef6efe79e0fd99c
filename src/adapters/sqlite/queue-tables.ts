/** The tables of the queues. Each query by `state` has an index that holds nothing else. */
export const QUEUE_TABLES = `
  CREATE TABLE queue_messages (
    -- Never given twice: a receipt names a message for good.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    -- 0 waits for its time, 1 ready, 2 in flight.
    state INTEGER NOT NULL,
    group_id TEXT NOT NULL,
    -- When it leaves state 0 or 2 by itself.
    visible_at_ms INTEGER NOT NULL,
    sent_at_ms INTEGER NOT NULL,
    receives INTEGER NOT NULL DEFAULT 0,
    -- Deaths of the host with it in flight, since a consumer last ended it without dying.
    crashes INTEGER NOT NULL DEFAULT 0,
    first_received_at_ms INTEGER,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX queue_by_group ON queue_messages (queue, state, group_id);
  CREATE INDEX queue_by_time ON queue_messages (queue, visible_at_ms) WHERE state <> 1;
  CREATE INDEX queue_crashed ON queue_messages (queue, receives) WHERE crashes > 0;

  CREATE TABLE queue_dead_letters (
    -- Never given twice: who redrives one by its id means that one.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    group_id TEXT NOT NULL,
    sent_at_ms INTEGER NOT NULL,
    receives INTEGER NOT NULL,
    first_received_at_ms INTEGER,
    dead_at_ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX queue_dead_letters_by_queue ON queue_dead_letters (queue);

  CREATE TABLE queue_deduplication (
    queue TEXT NOT NULL,
    deduplication_id TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (queue, deduplication_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX queue_deduplication_by_time ON queue_deduplication (queue, until_ms);
`;
