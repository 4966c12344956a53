#!/bin/sh
# Gives the two logins their passwords when the database's container makes its cluster.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set owner="$OWNER_PASSWORD" --set app="$APP_PASSWORD" <<'SQL'
ALTER ROLE zuke_owner PASSWORD :'owner';
ALTER ROLE zuke_app PASSWORD :'app';
SQL
