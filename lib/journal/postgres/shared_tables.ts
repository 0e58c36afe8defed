// What a single process keeps in files or in memory, and processes on one database share: profiles, photos, and that a
// secret has changed.

/** Text is compared byte by byte, as in the other tables. */
export const SHARED = `
CREATE TABLE profiles (
  one BIGINT PRIMARY KEY DEFAULT 1 CHECK (one = 1),
  revision BIGINT NOT NULL,
  text TEXT COLLATE "C" NOT NULL,
  saved_at_ms BIGINT NOT NULL,
  saved_by TEXT COLLATE "C"
);

CREATE TABLE media (
  name TEXT COLLATE "C" PRIMARY KEY,
  bytes BYTEA NOT NULL,
  uploaded_at_ms BIGINT NOT NULL
);
-- Photos are compressed already.
ALTER TABLE media ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE secrets_revision (
  one BIGINT PRIMARY KEY DEFAULT 1 CHECK (one = 1),
  revision BIGINT NOT NULL
);
INSERT INTO secrets_revision (revision) VALUES (0);

COMMENT ON TABLE profiles IS 'The text of locales.json as all processes use it, byte for byte: one row';
COMMENT ON COLUMN profiles.revision IS 'Counts the changes of the text; a change is made over the revision it was made from';
COMMENT ON COLUMN profiles.saved_by IS 'Null where the text was taken over from the file at the first start';
COMMENT ON TABLE media IS 'Uploaded photos of profiles, each under the hash of what it holds';

-- Told with the commit, whoever writes: a page, deno task profiles, psql. The channel is the schema's name.
CREATE FUNCTION tell_profiles() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    PERFORM pg_notify(TG_TABLE_SCHEMA, 'profiles');
    RETURN NULL;
  END $$;
CREATE TRIGGER profiles_told AFTER INSERT OR UPDATE OR DELETE ON profiles
  FOR EACH STATEMENT EXECUTE FUNCTION tell_profiles();

CREATE FUNCTION tell_secrets() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    UPDATE secrets_revision SET revision = revision + 1;
    PERFORM pg_notify(TG_TABLE_SCHEMA, 'secrets');
    RETURN NULL;
  END $$;
CREATE TRIGGER secrets_told AFTER INSERT OR UPDATE OR DELETE ON secrets
  FOR EACH STATEMENT EXECUTE FUNCTION tell_secrets();
`;
