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

/** Counts that are kept as leads and attempts change. */
export const COUNTERS = `
CREATE FUNCTION count_lead() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    IF TG_OP = 'UPDATE' THEN
      UPDATE lead_counts SET leads = leads - 1 WHERE profile = OLD.profile AND state = OLD.state;
    END IF;
    INSERT INTO lead_counts AS counts VALUES (NEW.profile, NEW.state, 1)
      ON CONFLICT (profile, state) DO UPDATE SET leads = counts.leads + 1;
    IF NEW.source IS NULL THEN RETURN NULL; END IF;
    IF TG_OP = 'UPDATE' THEN
      UPDATE source_counts SET leads = leads - 1
        WHERE profile = OLD.profile AND source = OLD.source AND state = OLD.state;
    END IF;
    INSERT INTO source_counts AS counts VALUES (NEW.profile, NEW.source, NEW.state, 1)
      ON CONFLICT (profile, source, state) DO UPDATE SET leads = counts.leads + 1;
    RETURN NULL;
  END $$;
CREATE TRIGGER lead_counted AFTER INSERT ON leads FOR EACH ROW EXECUTE FUNCTION count_lead();
CREATE TRIGGER lead_recounted AFTER UPDATE OF state, profile ON leads FOR EACH ROW
  WHEN (OLD.state <> NEW.state OR OLD.profile <> NEW.profile) EXECUTE FUNCTION count_lead();

CREATE FUNCTION count_attempt() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    INSERT INTO attempt_counts AS counts VALUES (NEW.outcome, 1)
      ON CONFLICT (outcome) DO UPDATE SET attempts = counts.attempts + 1;
    RETURN NULL;
  END $$;
CREATE TRIGGER attempt_counted AFTER UPDATE OF outcome ON attempts FOR EACH ROW
  WHEN (NEW.outcome IS NOT NULL) EXECUTE FUNCTION count_attempt();
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
