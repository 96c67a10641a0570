/** Written into the file's header, so that a database of somebody else's is never taken for ours. */
export const APPLICATION_ID = 0x43_43_48_31;

/** Numbers in the database; the order is stored and must not change. */
export const VERDICTS = ['up', 'degraded', 'down', 'unknown'] as const;

/**
 * Each step takes the file from version `i` to `i + 1` (`user_version`). Money is decimal text. Samples are raw for
 * 24 h; `_minute` tables are roll-ups by the minute since the epoch, kept for 30 days.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE profile (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, environment TEXT NOT NULL, UNIQUE (name, environment)
  ) STRICT;
  CREATE TABLE series (
    id INTEGER PRIMARY KEY, profile INTEGER NOT NULL REFERENCES profile ON DELETE CASCADE,
    metric TEXT NOT NULL, currency TEXT NOT NULL, UNIQUE (profile, metric, currency)
  ) STRICT;
  CREATE TABLE money (
    series INTEGER NOT NULL REFERENCES series ON DELETE CASCADE, at INTEGER NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (series, at)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE money_minute (
    series INTEGER NOT NULL REFERENCES series ON DELETE CASCADE, minute INTEGER NOT NULL, at INTEGER NOT NULL,
    last TEXT NOT NULL, low TEXT NOT NULL, high TEXT NOT NULL, PRIMARY KEY (series, minute)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE service (
    id INTEGER PRIMARY KEY, profile INTEGER NOT NULL REFERENCES profile ON DELETE CASCADE,
    name TEXT NOT NULL, UNIQUE (profile, name)
  ) STRICT;
  CREATE TABLE probe (
    service INTEGER NOT NULL REFERENCES service ON DELETE CASCADE, at INTEGER NOT NULL, verdict INTEGER NOT NULL,
    planned INTEGER NOT NULL, latency REAL, PRIMARY KEY (service, at)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE probe_minute (
    service INTEGER NOT NULL REFERENCES service ON DELETE CASCADE, minute INTEGER NOT NULL,
    up INTEGER NOT NULL, degraded INTEGER NOT NULL, down INTEGER NOT NULL, planned INTEGER NOT NULL,
    unknown INTEGER NOT NULL, latencies BLOB NOT NULL, PRIMARY KEY (service, minute)
  ) STRICT, WITHOUT ROWID;
  `,
  // positions and incidents
  `
  CREATE TABLE position (
    id INTEGER PRIMARY KEY, profile INTEGER NOT NULL REFERENCES profile ON DELETE CASCADE, key TEXT NOT NULL,
    symbol TEXT, side TEXT NOT NULL, currency TEXT NOT NULL, quantity TEXT, entry TEXT, price TEXT,
    unrealized TEXT, realized TEXT, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, UNIQUE (profile, key)
  ) STRICT;
  CREATE INDEX position_seen ON position (profile, last_seen);
  CREATE TABLE position_sample (
    position INTEGER NOT NULL REFERENCES position ON DELETE CASCADE, at INTEGER NOT NULL, price TEXT,
    unrealized TEXT, PRIMARY KEY (position, at)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE position_minute (
    position INTEGER NOT NULL REFERENCES position ON DELETE CASCADE, minute INTEGER NOT NULL, at INTEGER NOT NULL,
    price TEXT, unrealized TEXT, PRIMARY KEY (position, minute)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE incident (
    id INTEGER PRIMARY KEY, service INTEGER NOT NULL REFERENCES service ON DELETE CASCADE, since INTEGER NOT NULL,
    until INTEGER, last_seen INTEGER NOT NULL, verdict INTEGER NOT NULL, planned INTEGER NOT NULL,
    reason TEXT NOT NULL
  ) STRICT;
  CREATE INDEX incident_of ON incident (service, since);
  `,
];
