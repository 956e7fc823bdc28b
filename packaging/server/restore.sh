#!/bin/sh
# mikl-service-restore COPY: put a copy of mikl-service-backup into a PostgreSQL that has no such database.
#
# libpq's variables say which server (PGHOST, PGPORT, PGUSER, PGPASSFILE), as a superuser. The database gets
# the name it had. Afterwards `mikl-service migrate` with VISIO_LOGIN_PASSWORD gives the log-in roles their
# password and checks that the schema is that of this version.
set -eu
copy=${1:?"usage: mikl-service-restore COPY"}
(cd "$copy" && sha256sum --check --quiet SHA256SUMS)
name=$(pg_restore --list "$copy/database.dump" | sed -n 's/^; *dbname: //p')
if [ -n "$(psql --dbname=postgres --no-psqlrc --tuples-only --no-align \
  --set=name="$name" --command='' --file=- <<'SQL'
select 1 from pg_database where datname = :'name';
SQL
)" ]; then
  echo "there is a database $name already: rename or drop it first" >&2
  exit 1
fi
# Roles that exist (a server that held the database before) are kept as they are, then altered.
grep '^CREATE ROLE' "$copy/roles.sql" | while read -r line; do
  psql --dbname=postgres --no-psqlrc --quiet --command="$line" 2>/dev/null || true
done
grep -v '^CREATE ROLE' "$copy/roles.sql" \
  | psql --dbname=postgres --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --single-transaction
pg_restore --create --exit-on-error --dbname=postgres "$copy/database.dump"
psql --dbname="$name" --no-psqlrc --quiet --command='analyze'
echo "restored $name"
