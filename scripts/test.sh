#!/usr/bin/env bash
# The gate: everything that must hold before a change is merged. `make test` and CI run it.
#
# On Debian, run by root, it installs what is missing. Elsewhere it says what is missing: with CI set that is a
# failure, without it the parts concerned are skipped, and the last lines say so. The work tree is left as it was.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

started=$SECONDS
stage="start"
skipped=()
temp=$(mktemp -d "${TMPDIR:-/tmp}/parley-test.XXXXXX")
chmod 0711 "$temp" # the user postgres passes through it to a folder of its own

header() {
	stage=$1
	printf '\n=== %s (%d s)\n' "$stage" $((SECONDS - started))
}

finish() {
	local status=$?
	trap - EXIT
	if [[ -d $temp/postgres ]]; then
		scripts/postgres.sh stop "$temp/postgres" || echo "the test database did not stop; see $temp/postgres" >&2
	fi
	rm -rf "$temp"
	if [[ $status -ne 0 ]]; then
		printf '\n=== FAILED in: %s (%d s)\n' "$stage" $((SECONDS - started)) >&2
	fi
	exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# missing notes a program that is not there: fatal in CI, a loud skip elsewhere.
missing() {
	local what=$1 loses=$2
	echo "MISSING: $what." >&2
	if [[ -n ${CI:-} ]]; then
		echo "CI runs everything or fails." >&2
		exit 1
	fi
	echo "SKIPPED without it: $loses" >&2
	skipped+=("$loses")
}

require() {
	command -v "$1" >/dev/null || {
		echo "MISSING: $1. $2" >&2
		exit 1
	}
}

has_postgres() { command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
has_chromium() { [[ -n ${CHROMIUM:-} ]] || command -v chromium >/dev/null || command -v google-chrome >/dev/null; }
has_emoji() { compgen -G '/usr/share/fonts/truetype/noto/NotoColorEmoji*' >/dev/null || { command -v fc-list >/dev/null && fc-list | grep -qi emoji; }; }
has_compiler() { command -v gcc >/dev/null || command -v cc >/dev/null; }
has_node() {
	command -v npm >/dev/null && node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
}

install_missing() {
	local packages=()
	has_postgres || packages+=(postgresql)
	has_chromium || packages+=(chromium)
	has_emoji || packages+=(fonts-noto-color-emoji)
	has_compiler || packages+=(gcc libc6-dev)
	[[ ${#packages[@]} -gt 0 ]] || return 0
	[[ $(id -u) -eq 0 && -e /etc/debian_version ]] || return 0
	echo "installing: ${packages[*]}"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends "${packages[@]}" >"$temp/apt.log" 2>&1 || {
		tail -n 20 "$temp/apt.log" >&2
		exit 1
	}
}

# tree is a fingerprint of everything git would show or add.
tree() {
	{
		git status --porcelain
		git diff HEAD
		git ls-files --others --exclude-standard -z | xargs -0 git hash-object --
	} | git hash-object --stdin
}

header "what is needed"
require go "Install Go 1.26 or newer: https://go.dev/dl/"
require git "Install git."
require make "Install make."
install_missing
has_compiler || missing "a C compiler, which the race detector needs; on Debian: apt-get install gcc libc6-dev" "the race detector"
has_postgres || missing "PostgreSQL's server; on Debian: apt-get install postgresql" "every test on PostgreSQL"
has_node || missing "Node 20.19 or newer with npm: https://nodejs.org" "the pages and their tests"
has_chromium || missing "Chromium; on Debian: apt-get install chromium, elsewhere set CHROMIUM to the program" "the browser tests"
has_emoji || missing "a font with emoji; on Debian: apt-get install fonts-noto-color-emoji" "emoji in screenshots"
go version
! has_node || echo "node $(node --version)"

if has_postgres; then
	header "database"
	PARLEY_TEST_POSTGRES=$(scripts/postgres.sh start "$temp/postgres")
	export PARLEY_TEST_POSTGRES
	echo "PostgreSQL listens at $PARLEY_TEST_POSTGRES"
fi

header "format, vet, staticcheck"
make --no-print-directory lint

if has_node; then
	header "pages: install"
	make --no-print-directory web/ui/node_modules/.package-lock.json
fi

header "generated files"
before=$(tree)
make --no-print-directory generate
if [[ $(tree) != "$before" ]]; then
	git status --short
	git --no-pager diff --stat
	echo "Generated files are out of date: run make generate and commit the result." >&2
	exit 1
fi
echo "up to date"

if has_node; then
	header "pages: types and style"
	npm --prefix web/ui run check
	header "pages: unit tests"
	npm --prefix web/ui test
	header "pages: build"
	npm --prefix web/ui run build
	export PARLEY_REQUIRE_UI=1
fi

header "build"
go build ./...
make --no-print-directory build

header "Go tests"
race=()
has_compiler && race=(-race)
go test ${race[@]+"${race[@]}"} -shuffle=on -timeout 12m ./...

if has_node && has_chromium; then
	header "browser tests"
	make --no-print-directory e2e
fi

printf '\n=== PASSED (%d s)\n' $((SECONDS - started))
for loss in ${skipped[@]+"${skipped[@]}"}; do
	echo "=== SKIPPED: $loss"
done
