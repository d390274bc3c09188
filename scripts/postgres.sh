#!/usr/bin/env bash
# Starts and stops a private PostgreSQL server for tests and measurements.
#
#   scripts/postgres.sh start DIR   make the server's files in DIR if need be, start it, print its address
#   scripts/postgres.sh stop DIR    stop it; its files stay
#
# The server listens on a socket inside DIR only, which nobody else may enter: no port to collide on, and no
# password needed. It writes as durably as a real one (fsync is on), so that measurements mean something.
# Run by root it becomes the user postgres, because PostgreSQL refuses to run as root.
set -Eeuo pipefail

usage() {
	sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
	exit 2
}

die() {
	echo "postgres.sh: $*" >&2
	exit 1
}

# bindir prints the folder of initdb and pg_ctl, which Debian keeps off the PATH.
bindir() {
	local found
	if found=$(command -v initdb); then
		dirname "$(readlink -f "$found")"
		return
	fi
	found=$(find /usr/lib/postgresql /usr/local/pgsql /opt/homebrew/opt -maxdepth 4 -name initdb 2>/dev/null | sort -V | tail -n 1)
	[[ -n $found ]] || die "PostgreSQL's server programs are not installed; on Debian: apt-get install postgresql"
	dirname "$found"
}

# as_owner runs a command as the user who owns the server.
as_owner() {
	if [[ $(id -u) -eq 0 ]]; then
		runuser -u postgres -- "$@"
	else
		"$@"
	fi
}

running() {
	[[ -d $dir/data ]] && as_owner "$bin/pg_ctl" -D "$dir/data" status >/dev/null 2>&1
}

start() {
	[[ $dir =~ ^[A-Za-z0-9/._-]+$ ]] || die "$dir: use a folder whose path has only letters, digits and / . _ -"
	# A socket's whole path must stay under 108 bytes.
	[[ ${#dir} -le 80 ]] || die "$dir: use a folder with a shorter path, such as one in /tmp"
	if ! running; then
		if [[ $(id -u) -eq 0 ]]; then
			id postgres >/dev/null 2>&1 || die "there is no user postgres to run the server as; on Debian: apt-get install postgresql"
			install -d -m 0700 -o postgres "$dir"
		else
			install -d -m 0700 "$dir"
		fi
		as_owner test -x "$dir" || die "$dir: user postgres cannot enter it; use a folder in /tmp"
		cd "$dir"
		if [[ ! -e data/PG_VERSION ]]; then
			as_owner "$bin/initdb" -D "$dir/data" --username=postgres --auth=trust --encoding=UTF8 --no-locale --no-sync \
				--no-instructions >"$dir/initdb.log" 2>&1 || {
				cat "$dir/initdb.log" >&2
				die "initdb failed"
			}
		fi
		as_owner "$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -t 60 \
			-o "-c listen_addresses='' -c unix_socket_directories='$dir' -c max_connections=200 -c shared_buffers=128MB" start >"$dir/pg_ctl.log" 2>&1 || {
			cat "$dir/pg_ctl.log" "$dir/server.log" >&2 || true
			die "the server did not start"
		}
	fi
	echo "postgres://postgres@/postgres?host=$dir"
}

stop() {
	if running; then
		cd "$dir"
		as_owner "$bin/pg_ctl" -D "$dir/data" -m fast -w -t 60 stop >/dev/null
	fi
}

[[ $# -eq 2 ]] || usage
bin=$(bindir)
case $2 in
/*) dir=${2%/} ;;
*) dir=$PWD/${2%/} ;;
esac
case $1 in
start) start ;;
stop) stop ;;
*) usage ;;
esac
