#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The manual pages are well-formed, and tell of everything that there is.
# Usage: man.sh CHECKOUT CONTRACT SERVICE APPLET PAGE...
set -uo pipefail
export LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 GROFF_NO_SGR=1

root=$1 contract=$2 service=$3 applet=$4
shift 4
pages=("$@")
. "$root/tests/lib/tap.sh"
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

page_of() { # NAME
  local page
  for page in "${pages[@]}"; do
    [[ ${page##*/} != "$1".[0-9] ]] || printf '%s\n' "$page"
  done
}

# The text as a reader sees it, words not cut.
text_of() { # NAME
  man --no-hyphenation --no-justification -l -Tascii "$(page_of "$1")" | col -bx
}

groff_warnings() { # PAGE
  man --warnings -E UTF-8 -l -Tutf8 -Z "$1" >/dev/null
}

# Prints those of the words on standard input that the page does not have.
missing() { # NAME
  local text word
  text=$(text_of "$1") || return
  while read -r word; do
    grep -qwF -e "$word" <<<"$text" || printf '%s is not in %s\n' "$word" "$1"
  done
}

interface_words() {
  xmllint --xpath '//method/@name | //signal/@name | //property/@name | //arg/@name' "$contract" |
    sed 's/.*name="\(.*\)".*/\1/'
  # Keys of processes, filters, options, results, and the errors, from the contract's prose.
  xmllint --xpath '//comment()' "$contract" | grep -oE '\b[a-z]+(_[a-z]+)+\b' | grep -vE '^short_'
  xmllint --xpath '//comment()' "$contract" |
    grep -oE '\b([A-Z][a-z]+){2,}\b' | grep -vE '^(ProcessChanged|UsageSampled)$'
}

options_of() { # PROGRAM
  "$1" --help | grep -oE -- '--[a-z][a-z-]+' | grep -vE -- '--(help|gapplication|gtk|display)'
}

# The service itself tells which groups and keys there are, when it finds others.
config_words() {
  local groups group
  printf '[x]\n' >"$folder/conf"
  groups=$("$service" --config "$folder/conf" 2>&1 | sed 's/.*must be one of//' | grep -oE '[A-Z][a-z]+')
  for group in $groups; do
    printf '%s\n' "$group"
    printf '[%s]\nx=\n' "$group" >"$folder/conf"
    "$service" --config "$folder/conf" 2>&1 | sed 's/.*must be one of//' | grep -oE '[A-Z][A-Za-z]+'
  done
}

# Guards the comparisons below against lists that came out empty.
at_least() { # NUMBER COMMAND...
  local wanted=$1 got
  shift
  got=$("$@" | sort -u | wc -l)
  [ "$got" -ge "$wanted" ] || printf '%s gives %d words only\n' "$*" "$got"
}

# It goes on to the bus, which is not there.
accepted() { # FILE
  [ -s "$1" ] || echo 'there is no example'
  "$service" --config "$1" --bus unix:path=/nonexistent 2>&1 | grep -v 'Cannot connect'
  return 0
}

page_example() {
  text_of vibekanban-processesd.conf |
    sed -n '/^EXAMPLES/,/^SEE ALSO/{s/^  *//;/^\[/p;/^[A-Za-z]*=/p}' >"$folder/conf"
  accepted "$folder/conf"
}

readme_example() {
  awk '/^```ini$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$root/README.md" \
    >"$folder/conf"
  accepted "$folder/conf"
}

for page in "${pages[@]}"; do
  silent "groff finds nothing wrong with ${page##*/}" groff_warnings "$page"
  if command -v mandoc >/dev/null; then
    silent "mandoc finds nothing wrong with ${page##*/}" mandoc -Tlint -W warning "$page"
  fi
done
silent 'the contract has words' at_least 60 interface_words
silent 'the interface has its page' missing org.vibekanban.Processes < <(interface_words | sort -u)
silent 'the service has options' at_least 5 options_of "$service"
silent 'each option of the service is told of' missing vibekanban-processesd < <(options_of "$service")
silent 'the applet has options' at_least 2 options_of "$applet"
silent 'each option of the applet is told of' missing vibekanban-processes-applet \
  < <(options_of "$applet")
silent 'the configuration has keys' at_least 11 config_words
silent 'each key of the configuration is told of' missing vibekanban-processesd.conf \
  < <(config_words)
silent 'the example of a configuration is accepted' page_example
silent 'that of README is, too' readme_example
tap_end
