/** Since version 3. */
export const FEED_POSITIONS_TABLE = `
  CREATE TABLE feed_positions (
    feed_id TEXT NOT NULL REFERENCES feeds ON DELETE CASCADE,
    at_ms INTEGER NOT NULL,
    cursor TEXT NOT NULL,
    PRIMARY KEY (feed_id, at_ms)
  ) STRICT, WITHOUT ROWID;
`;

/** Since version 4. */
export const REDRIVES_TABLE = namedTable('redrives');

/** Since version 5. */
export const RATE_COUNTERS_TABLE = `
  CREATE TABLE rate_counters (
    key TEXT PRIMARY KEY,
    sent_until_ms REAL NOT NULL,
    line_until_ms REAL NOT NULL,
    expires_at_ms REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/** Since version 6. */
export const KEYED_REQUESTS_TABLE = `
  CREATE TABLE keyed_requests (
    app_id TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    expires_at_ms REAL NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (app_id, key_hash)
  ) STRICT;
  CREATE INDEX keyed_requests_expired ON keyed_requests (expires_at_ms);
`;

/** Since version 7. */
export const LANE_TABLES = `
  CREATE TABLE lanes (
    app_id TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    look_at_ms REAL, -- NULL: not blocked
    updated_at_ms REAL NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (app_id, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX lanes_due ON lanes (look_at_ms) WHERE look_at_ms IS NOT NULL;
  CREATE INDEX lanes_idle ON lanes (updated_at_ms) WHERE look_at_ms IS NULL;

  CREATE TABLE lane_members (
    app_id TEXT NOT NULL,
    lane_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    delivery_id TEXT NOT NULL,
    PRIMARY KEY (app_id, lane_id, sequence)
  ) STRICT, WITHOUT ROWID;
`;

/** Until when the puller of a delivery can acknowledge it; 0: nobody pulled it. */
export const HELD_UNTIL = "ifnull(record ->> '$.heldUntilMs', 0)";
/** The delivery's place among those of the same time. */
export const PLACE = "ifnull(record ->> '$.place', 0)";
/** Since version 8: deliveries to be pulled, oldest first. Version 10 added the place to the order. */
export const PULLS_INDEX = `
  CREATE INDEX deliveries_to_pull
    ON deliveries (app_id, publication_id, ${HELD_UNTIL}, created_at_ms, ${PLACE}, id)
    WHERE status = 'available';
`;

/** Since version 10. */
export const LISTENERS_TABLE = namedTable('listeners');
/** Upgrades to version 10, whichever of the two indexes the file has. */
export const LISTENERS_UPGRADE = `
  DROP INDEX deliveries_to_pull;
  ${PULLS_INDEX}
  ${LISTENERS_TABLE}
`;

/**
 * Since version 5. History rows are in order of arrival, which is how the oldest are removed. A row is written for each
 * delivery, so it is as small as possible: an event is found by a number computed from its id, because an index of ids
 * would cost as much as all the rest.
 */
export const HISTORY_TABLES = `
  CREATE TABLE history (
    number INTEGER PRIMARY KEY,
    app_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    event_key INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX history_of_event ON history (event_key);
  CREATE INDEX history_by_time ON history (app_id, at_ms);

  CREATE TABLE drop_counts (
    app_id TEXT NOT NULL,
    minute_ms INTEGER NOT NULL,
    subscription_id TEXT NOT NULL,
    publication TEXT NOT NULL,
    dropped INTEGER NOT NULL,
    PRIMARY KEY (app_id, minute_ms, subscription_id, publication)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE kept_events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    forget_at_ms INTEGER NOT NULL,
    event_json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX kept_events_of_subscription ON kept_events (app_id, subscription_id, number);
  CREATE INDEX kept_events_to_forget ON kept_events (forget_at_ms);
`;

/** Since version 11. Expired rows are removed when the next one is added. */
export const CONSOLE_TABLES = `
  CREATE TABLE console_links (
    hash TEXT PRIMARY KEY,
    expires_at_ms REAL NOT NULL,
    record TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE console_sessions (
    token_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at_ms REAL NOT NULL,
    expires_at_ms REAL NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (token_hash, hash)
  ) STRICT, WITHOUT ROWID;
`;

/** Since version 12. The column is not named `app_id`, because an add-on resource outlives its app. */
export const HEROKU_RESOURCES_TABLE = `
  CREATE TABLE heroku_resources (
    uuid TEXT PRIMARY KEY,
    made_app_id TEXT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    due_at_ms REAL,
    forget_at_ms REAL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX heroku_resources_of_app ON heroku_resources (made_app_id);
  CREATE INDEX heroku_resources_due ON heroku_resources (due_at_ms) WHERE due_at_ms IS NOT NULL;
  CREATE INDEX heroku_resources_to_forget ON heroku_resources (forget_at_ms) WHERE forget_at_ms IS NOT NULL;
`;

/** Since version 13. */
export const APP_COUNTS_TABLE = `
  CREATE TABLE app_counts (
    app_id TEXT PRIMARY KEY,
    expires_at_ms REAL NOT NULL,
    record TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/**
 * The tables of the stores. A domain record is stored in `record`, as JSON; the other columns are those that are
 * searched and sorted by. Texts compare by bytes, as in DynamoDB. Future times are computed and may have a fraction, so
 * they are REAL. Whatever belongs to an app has its `app_id` and is removed with it (`app-store.ts`).
 */
export const STORE_TABLES = `
  CREATE TABLE apps (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL
  ) STRICT;

  CREATE TABLE tokens (
    hash TEXT PRIMARY KEY,
    app_id TEXT, -- NULL: an administration token
    id TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX tokens_of_app ON tokens (app_id, created_at_ms, id);

  CREATE TABLE publish_credentials (
    user TEXT PRIMARY KEY,
    app_id TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX publish_credentials_of_app ON publish_credentials (app_id, created_at_ms, user);

  ${KEYED_REQUESTS_TABLE}
  ${namedTable('authorizations')}
  ${namedTable('subscriptions')}
  ${namedTable('publications')}
  ${REDRIVES_TABLE}
  ${LISTENERS_TABLE}
  ${HEROKU_RESOURCES_TABLE}

  CREATE TABLE refresh_locks (
    app_id TEXT NOT NULL,
    authorization_id TEXT NOT NULL,
    owner TEXT NOT NULL,
    until_ms REAL NOT NULL,
    PRIMARY KEY (app_id, authorization_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE allocations (
    app_id TEXT NOT NULL,
    authorization_id TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (app_id, authorization_id)
  ) STRICT;

  CREATE TABLE published_hours (
    app_id TEXT NOT NULL,
    authorization_id TEXT NOT NULL,
    hour_ms INTEGER NOT NULL,
    published INTEGER NOT NULL,
    PRIMARY KEY (app_id, authorization_id, hour_ms)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE streams (
    app_id TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    publication_id TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (app_id, subscription_id, publication_id)
  ) STRICT;

  CREATE TABLE deliveries (
    number INTEGER PRIMARY KEY,
    app_id TEXT NOT NULL,
    id TEXT NOT NULL,
    publication_id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    version INTEGER NOT NULL,
    sweep_at_ms REAL,
    forget_at_ms REAL,
    record TEXT NOT NULL,
    UNIQUE (app_id, id)
  ) STRICT;
  CREATE INDEX deliveries_by_time ON deliveries (app_id, created_at_ms, id);
  CREATE INDEX deliveries_by_status ON deliveries (app_id, status, created_at_ms, id);
  CREATE INDEX deliveries_of_publication ON deliveries (app_id, publication_id, status, created_at_ms, id);
  CREATE INDEX deliveries_to_sweep ON deliveries (sweep_at_ms) WHERE sweep_at_ms IS NOT NULL;
  CREATE INDEX deliveries_to_forget ON deliveries (forget_at_ms) WHERE forget_at_ms IS NOT NULL;

  ${PULLS_INDEX}
  -- Apart from its delivery, so that listing and sweeping never read events.
  CREATE TABLE delivery_events (
    delivery_number INTEGER PRIMARY KEY REFERENCES deliveries ON DELETE CASCADE,
    event_json TEXT NOT NULL
  ) STRICT;

  ${LANE_TABLES}

  CREATE TABLE feeds (
    id TEXT PRIMARY KEY,
    app_id TEXT NOT NULL,
    fence INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until_ms REAL, -- when its worker has let go of it at the latest
    wanted_from_ms REAL, -- NULL: wants no worker
    due_at_ms REAL AS (max(wanted_from_ms, ifnull(lease_until_ms, 0))),
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX feeds_of_app ON feeds (app_id, id);
  CREATE INDEX feeds_due ON feeds (due_at_ms) WHERE due_at_ms IS NOT NULL;

  ${FEED_POSITIONS_TABLE}
  ${RATE_COUNTERS_TABLE}

  CREATE TABLE feed_workers (
    id TEXT PRIMARY KEY,
    record TEXT NOT NULL
  ) STRICT;

  -- Of which their workers have not heard.
  CREATE TABLE ended_leases (
    worker_id TEXT NOT NULL REFERENCES feed_workers ON DELETE CASCADE,
    feed_id TEXT NOT NULL,
    fence INTEGER NOT NULL,
    PRIMARY KEY (worker_id, feed_id, fence)
  ) STRICT, WITHOUT ROWID;

  -- One row; grows with each change of a Salesforce subscription or a stream.
  CREATE TABLE routes_revision (revision INTEGER NOT NULL) STRICT;
  INSERT INTO routes_revision VALUES (0);
  ${['INSERT', 'UPDATE', 'DELETE'].map(revisionTriggers).join('')}

  -- The payload comes last: what stands before it is read without it.
  CREATE TABLE quarantined_events (
    feed_id TEXT NOT NULL,
    cursor TEXT NOT NULL,
    app_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    record TEXT NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (feed_id, cursor)
  ) STRICT;
  CREATE INDEX quarantined_events_of_feed ON quarantined_events (feed_id, at_ms);
  CREATE INDEX quarantined_events_by_time ON quarantined_events (at_ms);

  ${HISTORY_TABLES}
  ${APP_COUNTS_TABLE}
`;

/** The tables of an app's data, besides the app itself and the rows that are removed with these. */
export const TABLES_OF_APP = [
  'tokens',
  'publish_credentials',
  'keyed_requests',
  'authorizations',
  'subscriptions',
  'publications',
  'refresh_locks',
  'allocations',
  'published_hours',
  'streams',
  'deliveries',
  'redrives',
  'listeners',
  'lanes',
  'lane_members',
  'feeds',
  'quarantined_events',
  'history',
  'drop_counts',
  'kept_events',
  'app_counts',
] as const;

export type NamedTable = 'authorizations' | 'subscriptions' | 'publications' | 'redrives' | 'listeners';

/** Triggers that raise the revision, except for generators, which change every minute and are read by no feed. */
function revisionTriggers(change: string): string {
  const row = change === 'DELETE' ? 'OLD' : 'NEW';
  const raise = 'BEGIN UPDATE routes_revision SET revision = revision + 1; END;';
  return `
    CREATE TRIGGER streams_${change} AFTER ${change} ON streams ${raise}
    CREATE TRIGGER subscriptions_${change} AFTER ${change} ON subscriptions
      WHEN ${row}.record ->> '$.platform' = 'salesforce' ${raise}
  `;
}

function namedTable(table: NamedTable): string {
  return `
    CREATE TABLE ${table} (
      id TEXT PRIMARY KEY,
      app_id TEXT NOT NULL,
      name TEXT NOT NULL,
      version INTEGER NOT NULL,
      due_at_ms REAL, -- NULL: not for the schedule
      record TEXT NOT NULL,
      UNIQUE (app_id, name)
    ) STRICT;
    CREATE INDEX ${table}_due ON ${table} (due_at_ms) WHERE due_at_ms IS NOT NULL;
  `;
}
