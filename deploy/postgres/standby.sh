#!/usr/bin/env bash
# Starts the standby: copies the primary where there is no copy yet, then follows it.
set -euo pipefail
umask 077
PGDATA=${PGDATA:-/var/lib/postgresql/data}

# As the image does it: the folder is the server's user's, who alone runs it.
mkdir -p "$PGDATA"
if [ "$(id -u)" -eq 0 ]; then
  chown -R postgres:postgres "$PGDATA"
  exec gosu postgres bash "$0"
fi

if ! [ -s "$PGDATA/PG_VERSION" ]; then
  # A copy that was cut off is begun anew.
  find "$PGDATA" -mindepth 1 -delete
  export PGPASSWORD="$REPLICATION_PASSWORD"
  until pg_basebackup --pgdata "$PGDATA" --write-recovery-conf --wal-method stream --slot standby \
    --dbname "host=$PRIMARY port=${PRIMARY_PORT:-5432} user=replicator application_name=standby"; do
    find "$PGDATA" -mindepth 1 -delete
    sleep 5
  done
  chmod 700 "$PGDATA"
fi

exec postgres -D "$PGDATA"
