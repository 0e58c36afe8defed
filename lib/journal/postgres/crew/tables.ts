// The crew's tables, as text for a migration of the schema that they stand in.

/**
 * `crew`: who works on this journal. A row lives by its lease; once that has run out, or `dead_at` is set, it never lives
 * again, and goes in the transaction that takes over its work.
 *
 * `seats`: what one process at a time may do. A seat belongs to its holder as long as that one's row in `crew` lives.
 */
export const CREW_TABLES = `
  CREATE TABLE crew (
    id text PRIMARY KEY,
    host text NOT NULL,
    pid integer NOT NULL,
    version text NOT NULL,
    joined_at timestamptz NOT NULL,
    beat_at timestamptz NOT NULL,
    lease_until timestamptz NOT NULL,
    dead_at timestamptz,
    -- Which process is to take over the work of this dead one, and until when it alone tries.
    heir text,
    heir_until timestamptz
  );

  CREATE TABLE seats (
    name text PRIMARY KEY,
    holder text,
    taken_at timestamptz,
    -- When the last messages were sent, in ms since 1970 by this server's clock; null for one that was about to be.
    moments jsonb NOT NULL DEFAULT '[]'
  );
`;
