# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Installing a build into a folder, as a package is made. To be sourced.

# Does something with the log that `ninja uninstall` goes by, and leaves the developer's own as it was.
install_with_log() { # BUILD COMMAND...
  local log=$1/meson-logs/install-log.txt kept status=0
  shift
  (
    flock 9
    kept=$(mktemp)
    if [ -e "$log" ]; then mv "$log" "$kept"; else rm "$kept"; fi
    "$@" || status=$?
    rm -f "$log"
    [ ! -e "$kept" ] || mv "$kept" "$log"
    exit $status
  ) 9>"$log.lock"
}

install_into() { # BUILD FOLDER
  DESTDIR=$2 meson install -C "$1" --no-rebuild --quiet </dev/null
}

install_stage() { # BUILD FOLDER
  install_with_log "$1" install_into "$1" "$2"
}
