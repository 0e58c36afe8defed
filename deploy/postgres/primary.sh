#!/usr/bin/env bash
# Runs once, when the primary's volume is empty (https://hub.docker.com/_/postgres, "Initialization scripts"): the bot's role and
# database, the standby's role, and what is confirmed only once the standby has it on disk.
set -euo pipefail

psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  -v bot="$TRIBORG_PASSWORD" -v standby="$REPLICATION_PASSWORD" <<'SQL'
CREATE ROLE triborg LOGIN PASSWORD :'bot';
CREATE DATABASE triborg OWNER triborg ENCODING 'UTF8' TEMPLATE template0;
CREATE ROLE replicator LOGIN REPLICATION PASSWORD :'standby';
SELECT pg_create_physical_replication_slot('standby');
-- From the next start on: this server runs for the script alone, and has no standby to wait for.
ALTER SYSTEM SET synchronous_standby_names = 'standby';
ALTER SYSTEM SET synchronous_commit = 'on';
-- A standby that stays away must not fill the primary's disk: beyond this it has to be copied anew.
ALTER SYSTEM SET max_slot_wal_keep_size = '10GB';
-- A machine that is gone is noticed in seconds, not in hours.
ALTER SYSTEM SET tcp_keepalives_idle = 10;
ALTER SYSTEM SET tcp_keepalives_interval = 5;
ALTER SYSTEM SET tcp_keepalives_count = 3;
SQL

echo "host replication replicator all scram-sha-256" >>"$PGDATA/pg_hba.conf"
