#!/bin/sh
# Some tests run on PostgreSQL, with a server of their own. Where it is missing and the machine is a Debian
# one, install it; elsewhere those tests are skipped and say so.
set -eu
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && exit 0
command -v initdb >/dev/null 2>&1 && exit 0
if ! command -v apt-get >/dev/null 2>&1; then
  echo "PostgreSQL is not here: the tests on it will be skipped." >&2
  exit 0
fi
sudo=""
[ "$(id -u)" = 0 ] || sudo="sudo"
echo "Installing PostgreSQL for the tests on it …"
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends postgresql >/dev/null
