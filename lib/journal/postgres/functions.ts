// The schema's functions: what SQLite has and PostgreSQL lacks, and what triggers do. Knows no way to run them.

/** Used by statements (dialect.ts). */
export const STATEMENT_FUNCTIONS = `
CREATE FUNCTION greater_of(bigint, bigint) RETURNS bigint
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN greatest($1, $2);
CREATE FUNCTION lesser_of(bigint, bigint) RETURNS bigint
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN least($1, $2);

CREATE FUNCTION json_or_null(stored text) RETURNS jsonb
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
  BEGIN
    RETURN CAST(stored AS jsonb);
  EXCEPTION WHEN data_exception THEN
    RETURN NULL; -- No JSON, or with a character that jsonb does not hold.
  END $$;
CREATE FUNCTION number_or_null(text) RETURNS bigint
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN CASE WHEN $1 ~ '^-?[0-9]{1,18}$' THEN CAST($1 AS bigint) END;
`;

/** Numbers without gaps, as operators and managers read them. Only one process writes at a time. */
export function numbered(table: string): string {
  return `
CREATE FUNCTION number_${table}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    SELECT greatest(max(number), 0) + 1 INTO NEW.number FROM ${table};
    RETURN NEW;
  END $$;
CREATE TRIGGER ${table}_numbered BEFORE INSERT ON ${table} FOR EACH ROW WHEN (NEW.number IS NULL)
  EXECUTE FUNCTION number_${table}();
`;
}

/** Who has a row in hand: the process whose name the connection has set as triborg.process. */
export const HOLDERS = `
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.holder := CASE WHEN NEW.due_at_ms IS NULL
      THEN nullif(current_setting('triborg.process', true), '') END;
    RETURN NEW;
  END $$;
CREATE FUNCTION let_go() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.holder := NULL;
    RETURN NEW;
  END $$;

CREATE TRIGGER outbox_held BEFORE INSERT OR UPDATE OF due_at_ms ON outbox
  FOR EACH ROW EXECUTE FUNCTION hold();
CREATE TRIGGER answer_work_held BEFORE INSERT OR UPDATE OF due_at_ms ON answer_work
  FOR EACH ROW EXECUTE FUNCTION hold();
CREATE TRIGGER inbox_held BEFORE INSERT OR UPDATE OF due_at_ms ON inbox
  FOR EACH ROW WHEN (NEW.body IS NOT NULL) EXECUTE FUNCTION hold();
CREATE TRIGGER inbox_finished BEFORE UPDATE OF body ON inbox
  FOR EACH ROW WHEN (NEW.body IS NULL) EXECUTE FUNCTION let_go();
-- A note without a due time may be one that waits behind another: only one that had a due time is taken in hand.
CREATE TRIGGER crm_notes_held BEFORE UPDATE OF due_at_ms ON crm_notes
  FOR EACH ROW WHEN (OLD.due_at_ms IS NOT NULL OR NEW.due_at_ms IS NOT NULL) EXECUTE FUNCTION hold();
CREATE TRIGGER phone_asks_held BEFORE UPDATE OF due_at_ms ON phone_asks
  FOR EACH ROW WHEN (NEW.step IN ('ask', 'thank')) EXECUTE FUNCTION hold();
CREATE TRIGGER phone_asks_finished BEFORE UPDATE OF step ON phone_asks
  FOR EACH ROW WHEN (NEW.step NOT IN ('ask', 'thank')) EXECUTE FUNCTION let_go();
`;

/** Counts that are kept as leads and attempts change: once for all rows of a statement, as many leads are of one count. */
export const COUNTERS = `
CREATE FUNCTION count_new_leads() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    INSERT INTO lead_counts AS counts SELECT profile, state, count(*) FROM fresh GROUP BY 1, 2
      ON CONFLICT (profile, state) DO UPDATE SET leads = counts.leads + excluded.leads;
    INSERT INTO source_counts AS counts
      SELECT profile, source, state, count(*) FROM fresh WHERE source IS NOT NULL GROUP BY 1, 2, 3
      ON CONFLICT (profile, source, state) DO UPDATE SET leads = counts.leads + excluded.leads;
    RETURN NULL;
  END $$;
CREATE TRIGGER lead_counted AFTER INSERT ON leads REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION count_new_leads();

CREATE FUNCTION count_moved_leads() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    INSERT INTO lead_counts AS counts
      SELECT profile, state, sum(by) FROM (
        SELECT profile, state, -1 AS by FROM former UNION ALL SELECT profile, state, 1 FROM latter
      ) AS moves GROUP BY 1, 2 HAVING sum(by) <> 0
      ON CONFLICT (profile, state) DO UPDATE SET leads = counts.leads + excluded.leads;
    IF NOT FOUND THEN RETURN NULL; END IF;
    INSERT INTO source_counts AS counts
      SELECT profile, source, state, sum(by) FROM (
        SELECT former.profile, former.source, former.state, -1 AS by
          FROM former JOIN latter USING (number) WHERE latter.source IS NOT NULL
        UNION ALL SELECT profile, source, state, 1 FROM latter WHERE source IS NOT NULL
      ) AS moves GROUP BY 1, 2, 3 HAVING sum(by) <> 0
      ON CONFLICT (profile, source, state) DO UPDATE SET leads = counts.leads + excluded.leads;
    RETURN NULL;
  END $$;
CREATE TRIGGER lead_recounted AFTER UPDATE ON leads REFERENCING OLD TABLE AS former NEW TABLE AS latter
  FOR EACH STATEMENT EXECUTE FUNCTION count_moved_leads();

CREATE FUNCTION count_attempts() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    INSERT INTO attempt_counts AS counts
      SELECT outcome, sum(by) FROM (
        SELECT outcome, -1 AS by FROM former UNION ALL SELECT outcome, 1 FROM latter
      ) AS moves WHERE outcome IS NOT NULL GROUP BY 1 HAVING sum(by) <> 0
      ON CONFLICT (outcome) DO UPDATE SET attempts = counts.attempts + excluded.attempts;
    RETURN NULL;
  END $$;
CREATE TRIGGER attempt_counted AFTER UPDATE ON attempts
  REFERENCING OLD TABLE AS former NEW TABLE AS latter
  FOR EACH STATEMENT EXECUTE FUNCTION count_attempts();
`;

/** What else goes when a person is erased. */
export const ERASURE = `
CREATE FUNCTION erase_phone() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    UPDATE leads SET phone = NULL WHERE number = NEW.number AND phone IS NOT NULL;
    DELETE FROM phone_asks WHERE lead = NEW.number;
    RETURN NULL;
  END $$;
CREATE TRIGGER phone_erased AFTER UPDATE OF user_id ON leads FOR EACH ROW
  WHEN (NEW.user_id = 0) EXECUTE FUNCTION erase_phone();
`;
