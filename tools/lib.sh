# What tools/check and tools/quickstart share.

say() { printf '\n== %s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# The Swift toolchain is the reader's to install; SQLite's headers are set up here.
set_up() {
    command -v swift >/dev/null || die "the Swift toolchain (6.2 or newer) is not on the PATH; see https://swift.org/install"
    [ "$(uname)" = Linux ] || return 0
    printf '#include <sqlite3.h>\n' | cc -E - >/dev/null 2>&1 && return 0
    say "Installing libsqlite3-dev"
    command -v apt-get >/dev/null ||
        die "SQLite's headers are missing: install your system's package for them (sqlite-devel, sqlite-dev) and run this again"
    local as=""
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || die "libsqlite3-dev is missing; as root: apt-get install libsqlite3-dev"
        as="sudo"
    fi
    $as apt-get update -qq && $as apt-get install -y -qq libsqlite3-dev ||
        die "libsqlite3-dev could not be installed; install it and run this again"
}
