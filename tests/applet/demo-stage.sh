#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# demo-stage.sh ROOT BUILD: the demo's board, its real processes and the service, on the bus that is
# there. Stays up until it is told to end.
set -uo pipefail

root=$1 build=$2
. "$root/data/demo/stage.sh"
. "$root/data/demo/checks.sh"

bus=$DBUS_SESSION_BUS_ADDRESS
folder=$(mktemp -d "${TMPDIR:-/tmp}/vkp-demo.XXXXXX") || exit 1
folder=$(realpath "$folder")

clean_up() {
  trap '' INT TERM HUP
  end_all
  cd /
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

enter_folder
install_product
export DBUS_SESSION_BUS_ADDRESS=$bus
make_board || die 'the board could not be made'
start_board
start_bystanders
start_service
while :; do
  sleep 1 &
  wait $!
done
