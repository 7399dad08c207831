#!/bin/sh
# Starts Pika in the foreground with the configuration beside this script.
# PIKA: the program (default: pika on the path). PIKA_PASSWORD: both passwords, required.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
data=${PIKA_DATA:-$PWD/pika}
: "${PIKA_PASSWORD:?set PIKA_PASSWORD, the password that store.url names}"

mkdir -p "$data"
chmod 700 "$data"
# The password must not stand in the repository, so the configuration is completed here.
umask 077
sed -e "s|^requirepass :.*|requirepass : $PIKA_PASSWORD|" \
    -e "s|^userpass :.*|userpass : $PIKA_PASSWORD|" \
    "$here/pika.conf" > "$data/pika.conf"
cd "$data"
exec "${PIKA:-pika}" -c "$data/pika.conf"
