#!/usr/bin/env bash
# A throw-away PostgreSQL server with pgvector for the tests, on Debian 12 or newer (or wherever both are installed).
#   postgres-test-server.sh start [--durable]   installs what is missing (as root), starts, prints the URL as the last line;
#                                               --durable: answers only when the disk has it, for measurements
#   postgres-test-server.sh stop DIRECTORY
#   postgres-test-server.sh pause|resume DIRECTORY   away for a while; the data stays
#   postgres-test-server.sh pause|resume DIRECTORY   away for a while; the data stays
set -euo pipefail

main() {
  case "${1:-}" in
    start) start "${2:-}" ;;
    stop) stop "${2:?which directory?}" ;;
    pause) as_server "$(bin)/pg_ctl" -D "${2:?which directory?}/data" -m fast stop >&2 ;;
    resume) resume "${2:?which directory?}" ;;
    *) sed -n '2,6p' "$0" >&2; exit 2 ;;
  esac
}

start() {
  install_postgres
  install_pgvector
  local directory port durability="-c fsync=off -c full_page_writes=off"
  # Nothing here outlives the tests, so durability is off unless it is what is being measured.
  [ "${1:-}" != --durable ] || durability=""
  directory=$(mktemp -d "${TMPDIR:-/tmp}/ringside-pg-XXXXXX")
  port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
  [ "$(id -u)" != 0 ] || chown postgres "$directory"
  as_server "$(bin)/initdb" -D "$directory/data" -A trust -U postgres --locale=C.UTF-8 --no-sync >&2
  echo "-p $port -k $directory -c listen_addresses=127.0.0.1 $durability" > "$directory/options"
  resume "$directory"
  echo "directory $directory"
  echo "postgres://postgres@127.0.0.1:$port/postgres"
}

resume() {
  as_server "$(bin)/pg_ctl" -D "$1/data" -l "$1/log" -w -o "$(cat "$1/options")" start >&2
}

stop() {
  as_server "$(bin)/pg_ctl" -D "$1/data" -m immediate stop >&2 || true # It may be paused.
  rm -rf "$1"
}

# The server refuses to run as root.
as_server() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

# Folder of the newest installed server; prints nothing if there is none.
bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }

install_postgres() {
  [ -z "$(bin)" ] || return 0
  need_root
  apt-get -qq update >&2
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends postgresql postgresql-contrib >&2
}

install_pgvector() {
  local major share
  major=$(basename "$(dirname "$(bin)")")
  share=/usr/share/postgresql/$major/extension
  [ ! -e "$share/vector.control" ] || return 0
  need_root
  apt-get -qq update >&2
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
    build-essential dpkg-dev "postgresql-server-dev-$major" >&2
  build_pgvector "$(bin)/pg_config"
}

# Debian 12 has no pgvector; newer releases have its source. The configured mirror is used, the configuration is not touched.
build_pgvector() {
  local work mirror suite
  work=$(mktemp -d)
  mkdir -p "$work/lists/partial"
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep '/debian/\?$' | head -1)
  local apt=(apt-get -qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/lists")
  for suite in forky trixie; do
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" > "$work/sources.list"
    if (cd "$work" && "${apt[@]}" update && "${apt[@]}" source --download-only pgvector) >&2; then break; fi
  done
  (cd "$work" && dpkg-source --no-check -x pgvector_*.dsc pgvector) >&2
  # The packager's default aims at the building machine's processor.
  make -s -C "$work/pgvector" OPTFLAGS="" PG_CONFIG="$1" >&2
  make -s -C "$work/pgvector" PG_CONFIG="$1" install >&2
  rm -rf "$work"
}

need_root() {
  [ "$(id -u)" = 0 ] || { echo "PostgreSQL or pgvector is missing: install them, or run this as root." >&2; exit 1; }
}

main "$@"
