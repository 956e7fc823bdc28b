#!/bin/sh
# mikl-service-backup DIR: one consistent copy of the database, made while the service runs.
#
# libpq's variables say which database (PGHOST, PGPORT, PGUSER, PGPASSFILE, PGDATABASE); the role must be a
# superuser or have BYPASSRLS, since row security also holds for the tables' owner. Keeps the newest
# MIKL_BACKUPS_KEPT copies (14). Passwords are not in it: restore gives the log-in roles new ones.
set -eu
umask 077
into=${1:?"usage: mikl-service-backup DIR"}
: "${PGDATABASE:?"PGDATABASE names the database"}"
kept=${MIKL_BACKUPS_KEPT:-14}
name=$(date -u +%Y%m%dT%H%M%SZ)
while [ -e "$into/$name" ]; do
  sleep 1
  name=$(date -u +%Y%m%dT%H%M%SZ)
done
part="$into/.$name.part"
mkdir -p "$part"
trap 'rm -rf "$part"' EXIT
# Roles belong to the server, not to the database: without them nothing can be restored.
pg_dumpall --roles-only --no-role-passwords \
  | grep -E '^(CREATE|ALTER) ROLE (visio_[a-z]+|anon|authenticated|service_role)[ ;]|^GRANT visio_worker|^GRANT (anon|authenticated) TO visio_' \
  > "$part/roles.sql"
pg_dump --create --format=custom --file="$part/database.dump"
# A copy that cannot be read is none.
pg_restore --list "$part/database.dump" > "$part/contents.txt"
(cd "$part" && sha256sum roles.sql database.dump > SHA256SUMS)
mv "$part" "$into/$name"
trap - EXIT
# Names sort by time.
find "$into" -mindepth 1 -maxdepth 1 -type d -name '[0-9]*Z' | sort -r | tail -n "+$((kept + 1))" \
  | while read -r old; do rm -rf "$old"; done
echo "$into/$name"
