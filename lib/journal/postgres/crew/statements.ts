// The crew's statements. All judge by the database's clock; the processes' clocks appear in none.
//
// `now()` is when the statement's transaction began, so before its snapshot was taken: a lease that has run out by `now()`
// was not renewed in time by anything the snapshot does not show. One's own life is judged by the later `clock_timestamp()`.

/**
 * The fence of a batch that writes: no row means that this process counts as dead and may write nothing. Run as a statement
 * of its own after the lock that all batches of the schema take, and before anything is written: with it the rows that the
 * batch takes in hand get this process as their holder.
 *
 * KEY SHARE, because a beat must be able to renew the lease meanwhile, while `BURY` waits for the batch to end.
 *
 * $1: the process id.
 */
export const FENCE = `
  SELECT set_config('triborg.process', id, true) AS id FROM crew
  WHERE id = $1 AND dead_at IS NULL AND lease_until > clock_timestamp()
  FOR KEY SHARE
`;

/**
 * Removes a dead one for good. Belongs into the transaction that makes its work due, before that, under the lock of the
 * batches; no row means that its work was taken over already.
 *
 * $1: the dead one's process id.
 */
export const BURY = "DELETE FROM crew WHERE id = $1 AND dead_at IS NOT NULL RETURNING id";

/**
 * Enters a process; those it was before, $6, are dead from now on, since it has given up their work. An id may be tried
 * again if the first answer was lost; no row means that it has died meanwhile.
 *
 * $1 id, $2 host, $3 pid, $4 version, $5 lease in ms, $6 ids, $7 channel, $8 topic.
 */
export const JOIN = `
  WITH before AS (
    UPDATE crew SET dead_at = now(), lease_until = least(lease_until, now())
    WHERE id = ANY($6::text[]) AND dead_at IS NULL
  )
  INSERT INTO crew (id, host, pid, version, joined_at, beat_at, lease_until)
  VALUES ($1, $2, $3, $4, now(), now(), now() + $5::float8 * interval '1 millisecond')
  ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until
  WHERE crew.dead_at IS NULL AND crew.lease_until > clock_timestamp()
  RETURNING pg_notify($7, $8)
`;

/**
 * Renews the lease, declares others dead, takes seats: all or, for a process that is dead itself, nothing.
 *
 * - `me` waits only for a process that is just declaring this one dead or burying it.
 * - `lapsed` skips rows that another looks at, so that beats never wait for each other. It lists again who has been dead
 *   for a while without being buried: then another tries.
 * - A seat is free if it has no holder or that one is marked as dead: by this statement or by one that is committed. A row
 *   that another has taken since the snapshot fails the comparison of `holder`, which is made again on the newest version.
 * - Of free seats a process takes what makes its part even, but always one: a seat must not stay free because others do
 *   not want it. It never takes one from the living.
 *
 * $1 id, $2 wanted seats, the most important first, $3 seats whose moments are known, $4 lease in ms.
 */
export const BEAT = `
  WITH me AS (
    UPDATE crew SET beat_at = now(), lease_until = now() + $4::float8 * interval '1 millisecond'
    WHERE id = $1 AND dead_at IS NULL AND lease_until > clock_timestamp()
    RETURNING id
  ), lapsed AS (
    SELECT id FROM crew
    WHERE id <> $1 AND (dead_at IS NOT NULL OR lease_until <= now())
      AND (heir_until IS NULL OR heir_until <= now())
      AND EXISTS (SELECT FROM me)
    FOR NO KEY UPDATE SKIP LOCKED
  ), inherited AS (
    UPDATE crew SET dead_at = coalesce(dead_at, now()), heir = $1,
      heir_until = now() + $4::float8 * interval '1 millisecond'
    FROM lapsed WHERE crew.id = lapsed.id
    RETURNING crew.id
  ), living AS (
    SELECT greatest(count(*), 1) AS processes FROM crew
    WHERE dead_at IS NULL AND (id = $1 OR lease_until > now())
  ), wanted AS (
    SELECT name, place FROM unnest($2::text[]) WITH ORDINALITY AS list (name, place)
  ), left_over AS (
    UPDATE seats SET holder = NULL, taken_at = NULL
    WHERE holder = $1 AND name <> ALL ($2::text[]) AND EXISTS (SELECT FROM me)
  ), new AS (
    INSERT INTO seats (name)
    SELECT name FROM wanted
    WHERE EXISTS (SELECT FROM me) AND NOT EXISTS (SELECT FROM seats WHERE seats.name = wanted.name)
    ORDER BY name
    ON CONFLICT DO NOTHING
    RETURNING name
  ), free AS (
    SELECT seats.name, seats.holder, wanted.place FROM wanted JOIN seats USING (name)
    WHERE seats.holder IS NULL
      OR seats.holder IN (SELECT id FROM inherited)
      OR NOT EXISTS (SELECT FROM crew WHERE crew.id = seats.holder AND dead_at IS NULL)
  ), picked AS (
    SELECT seats.name FROM seats JOIN free
      ON free.name = seats.name AND free.holder IS NOT DISTINCT FROM seats.holder
    WHERE EXISTS (SELECT FROM me)
    ORDER BY free.place
    LIMIT (
      SELECT greatest(
        1,
        ceil((SELECT count(*) FROM wanted) / processes::float8)
          - (SELECT count(*) FROM seats JOIN wanted USING (name) WHERE holder = $1)
      )::bigint FROM living
    )
    FOR UPDATE OF seats SKIP LOCKED
  ), taken AS (
    UPDATE seats SET holder = $1, taken_at = now()
    FROM picked WHERE seats.name = picked.name
    RETURNING seats.name, seats.moments
  ), held AS (
    SELECT name, moments FROM taken
    UNION ALL
    SELECT name, moments FROM seats
    WHERE holder = $1 AND name = ANY ($2::text[]) AND name NOT IN (SELECT name FROM taken)
  )
  SELECT json_build_object(
    'alive', EXISTS (SELECT FROM me),
    'living', (SELECT processes FROM living),
    'nowMs', extract(epoch FROM now()) * 1000,
    'new', EXISTS (SELECT FROM new),
    'seats', (
      SELECT coalesce(json_agg(json_build_object(
        'name', name, 'moments', CASE WHEN name <> ALL ($3::text[]) THEN moments END
      )), '[]') FROM held
    ),
    'dead', (
      SELECT coalesce(json_agg(id), '[]') FROM (
        SELECT id FROM inherited UNION SELECT id FROM crew WHERE heir = $1 AND heir_until > now()
      ) AS mine
    )
  )::text AS answer
`;

/**
 * Declares this process dead: its seats are free, and what it may have left in hand falls to an heir.
 *
 * $1 ids, $2 channel, $3 topic.
 */
export const LEAVE = `
  WITH gone AS (
    UPDATE crew SET dead_at = now(), lease_until = least(lease_until, now())
    WHERE id = ANY ($1::text[]) AND dead_at IS NULL
  ), given AS (
    UPDATE seats SET holder = NULL, taken_at = NULL WHERE holder = ANY ($1::text[])
  )
  SELECT pg_notify($2, $3)
`;

/**
 * Writes a seat's moments; no row means that the seat is lost. That makes it a fence too: it is run before each send.
 *
 * $1 seat, $2 process id, $3 ages in ms, null for messages that are about to be sent.
 */
export const KEEP_MOMENTS = `
  UPDATE seats SET moments = (
    SELECT coalesce(jsonb_agg(round(extract(epoch FROM now())::float8 * 1000 - age)), '[]')
    FROM unnest($3::float8[]) AS age
  )
  WHERE name = $1 AND holder = $2 AND EXISTS (
    SELECT FROM crew WHERE id = $2 AND dead_at IS NULL AND lease_until > clock_timestamp()
  )
  RETURNING name
`;
