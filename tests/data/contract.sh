#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The contract as tools read it that make documentation of its prose.
# Usage: contract.sh CHECKOUT CONTRACT
set -uo pipefail
export LC_ALL=C.UTF-8

root=$1 contract=$2
. "$root/tests/lib/tap.sh"

folder=$(mktemp -d "${TMPDIR:-/tmp}/vkp-contract.XXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT
interface=org.vibekanban.Processes

# Prints the first argument that has no words of its own. Those of an argument are on one line: from
# the next one on all counts as the method's.
without_words() {
  (cd "$folder" && gdbus-codegen --generate-docbook contract "$contract") &&
    grep -q '<varlistentry>' "$folder/contract-$interface.xml" &&
    xmllint --nonet --xpath 'string(//varlistentry[not(normalize-space(listitem))]/term)' \
      "$folder/contract-$interface.xml"
}

silent 'it is well-formed' xmllint --noout --nonet "$contract"
silent 'each argument has its words where they are looked for' without_words
tap_end
