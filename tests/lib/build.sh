# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Where and how the scripts build. To be sourced.

# Prints the build folder to use for a checkout: $BUILD, else `build` in it, else, if that is not ours
# to write, one in the user's cache.
build_choose() { # CHECKOUT
  local folder=${BUILD:-$1/build}
  if [ -z "${BUILD:-}" ] && [ ! -w "$folder" ] && { [ -e "$folder" ] || [ ! -w "$1" ]; }; then
    folder=${XDG_CACHE_HOME:-$HOME/.cache}/vibekanban-processes/build
  fi
  realpath -m "$folder"
}

# Makes the folder or changes its options.
build_set_up() { # CHECKOUT FOLDER OPTION...
  local root=$1 folder=$2 info=$2/meson-info/meson-info.json
  shift 2
  if [ -e "$info" ] && [ "$(jq -r .directories.source "$info")" != "$root" ]; then
    printf '%s was made for another checkout; remove it or set BUILD\n' "$folder" >&2
    return 1
  fi
  if [ ! -e "$folder/build.ninja" ]; then
    mkdir -p "$folder" && meson setup "$@" "$folder" "$root" </dev/null
  elif [ $# -gt 0 ]; then
    meson configure "$folder" "$@" </dev/null
  fi
}

# Builds all but the tests.
build_product() { # FOLDER
  local -a files
  mapfile -t files < <(meson introspect --targets "$1" </dev/null |
    jq -r --arg folder "$1/" '.[] | select(.build_by_default)
      | select(.defined_in | test("/tests/(.*/)?meson.build$") | not) | .filename[] | ltrimstr($folder)')
  ninja -C "$1" "${files[@]}" </dev/null
}
