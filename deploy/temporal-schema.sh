#!/bin/sh
# Create and upgrade the Temporal server's two databases; does nothing when both are up to date.
set -eu

SQL_PASSWORD=$(cat /run/secrets/temporal_db_password)
export SQL_PASSWORD

prepare() {
    database=$1
    versions=$2
    set -- temporal-sql-tool --plugin postgres12_pgx --endpoint temporal-db --port 5432 --user temporal --database "$database"
    "$@" create
    "$@" setup-schema --version 0.0
    "$@" update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/$versions/versioned"
}

prepare temporal temporal
prepare temporal_visibility visibility
