#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the Debian packages from a checkout; see usage below.
set -euo pipefail

usage() {
  cat <<END
Usage: data/build-deb.sh [--install] [FOLDER]

Builds the source package and the binary packages, puts them into FOLDER (build-deb in the checkout
unless given) and has lintian look at them. Installs what it needs for that (through sudo if need
be).

  --install   install the packages that were built, too
END
}

die() {
  printf 'data/build-deb.sh: %s\n' "$*" >&2
  exit 1
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
. "$root/tests/lib/packages.sh"
install=no
output=

while [ $# -gt 0 ]; do
  case $1 in
    --install) install=yes ;;
    -h | --help) usage && exit 0 ;;
    -*) usage >&2 && exit 2 ;;
    *) output=$1 ;;
  esac
  shift
done
output=$(realpath -m "${output:-$root/build-deb}")
source=

# The repository's files as they are now; without .git, all but build folders.
copy_sources() { # FOLDER
  if git -C "$root" rev-parse --git-dir >/dev/null 2>&1; then
    git -C "$root" ls-files -z --cached --others --exclude-standard |
      while IFS= read -r -d '' file; do [ ! -e "$root/$file" ] || printf '%s\0' "$file"; done |
      tar -C "$root" --null --files-from=- -cf - | tar -C "$1" -xf -
  else
    tar -C "$root" --exclude=./.git --exclude='./build*' -cf - . | tar -C "$1" -xf -
  fi
}

# Upstream's sources have debian/ where the top level of the repository has room for it: in data/.
make_source() {
  local name version time
  name=$(dpkg-parsechangelog -l "$root/data/debian/changelog" -S Source)
  version=$(dpkg-parsechangelog -l "$root/data/debian/changelog" -S Version)
  time=$(dpkg-parsechangelog -l "$root/data/debian/changelog" -S Timestamp)
  version=${version%-*}
  grep -qF "version: '$version'," "$root/meson.build" ||
    die "debian/changelog is of $version, meson.build is not"
  source=$folder/$name-$version
  mkdir "$source"
  copy_sources "$source"
  mv "$source/data/debian" "$folder/debian"
  tar -C "$folder" --sort=name --mtime="@$time" --owner=0 --group=0 --numeric-owner -cJf \
    "$folder/${name}_$version.orig.tar.xz" "$name-$version"
  mv "$folder/debian" "$source/debian"
}

packages_ensure build package || die 'cannot go on without these'
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
make_source
(cd "$source" && dpkg-buildpackage --no-sign)
rm -rf "$source"
mkdir -p "$output"
mv "$folder"/* "$output/"
changes=$(find "$output" -name '*.changes' -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2-)
# Spelling is looked for in machine code, too, where it means nothing; and as a mere information it
# would still count for --fail-on, though suppressed. Newer ones want a home page for the applet,
# which there is none of yet.
suppressed=spelling-error-in-binary
if lintian-explain-tags appstream-metadata-validation-failed >/dev/null 2>&1; then
  suppressed+=,appstream-metadata-validation-failed
fi
lintian --display-info --display-experimental --pedantic --show-overrides \
  --suppress-tags "$suppressed" --fail-on error,warning "$changes"
if [ "$install" = yes ]; then
  mapfile -t debs < <(sed -n "s,^ [0-9a-f]\{64\} [0-9]* \(.*\.deb\)$,$output/\1,p" "$changes" | grep -v dbgsym)
  packages_install "${debs[@]}"
fi
printf 'The packages are in %s\n' "$output"
