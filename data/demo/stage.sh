# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # shared with play.sh
#
# The demo's stage: its folders, bus, board, service, screen and applet. To be sourced by play.sh,
# which sets `root` (the checkout), `build` and `folder` (the demo's own).

die() {
  printf 'demo: %s\n' "$*" >&2
  exit 1
}

# Runs the command again and again until it succeeds.
await() { # SECONDS COMMAND...
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || return 1
    sleep 0.05
  done
}

# Starts a program in the background; its output goes to a log, its pid to `started`.
start() { # LOG COMMAND...
  local log=$folder/log/$1
  shift
  "$@" </dev/null >"$log" 2>&1 &
  started=$!
}

is_alive() { # PID...
  local pid state
  for pid; do
    state=$(ps -o stat= -p "$pid") && [[ $state != Z* ]] || return 1
  done
}

# Nothing of the user's surroundings gets in: no bus, no folders, no marks of an agent that runs us.
enter_folder() {
  local name
  for name in "${!VK_@}" "${!VIBE_KANBAN_@}" "${!DBUS_@}" "${!XDG_@}" "${!GIT_@}"; do
    [ "$name" = XDG_SESSION_TYPE ] || unset "$name"
  done
  unset SESSION_MANAGER GTK_MODULES
  mkdir -p "$folder"/{bin,home,log,ports,programs,repositories,run,tmp,worktrees}
  chmod 700 "$folder/run"
  export HOME=$folder/home TMPDIR=$folder/tmp XDG_RUNTIME_DIR=$folder/run
  export XDG_DATA_HOME=$HOME/.local/share XDG_CONFIG_HOME=$HOME/.config XDG_CACHE_HOME=$HOME/.cache
  export XDG_STATE_HOME=$HOME/.local/state LC_ALL=C.UTF-8
  export GSETTINGS_BACKEND=memory NO_AT_BRIDGE=1 GIO_USE_VFS=local
  cd "$folder" || exit 1
}

# The product as it is when installed, in the demo's folder.
install_product() {
  DESTDIR=$folder/installed meson install -C "$build" --no-rebuild --quiet >"$folder/log/install" \
    2>&1 </dev/null || die "meson install failed: $(cat "$folder/log/install")"
  service=$(find "$folder/installed" -type f -name vibekanban-processesd)
  applet=$(find "$folder/installed" -type f -name vibekanban-processes-applet)
  [[ -n $service && -n $applet ]] || die 'the build has no service or no applet'
  local share
  share=$(find "$folder/installed" -type d -path '*/share/icons' -prune -printf '%h\n' | head -n 1)
  export XDG_DATA_DIRS=${share:+$share:}/usr/local/share:/usr/share
  share=$(find "$folder/installed" -type f -name '*.gschema.xml' -printf '%h\n' | head -n 1)
  if [ -n "$share" ]; then
    glib-compile-schemas "$share" || die 'the settings schema is broken'
    export GSETTINGS_SCHEMA_DIR=$share
  fi
}

# A bus that starts no services by itself, so that none of the desktop's get onto it.
start_bus() {
  cat >"$folder/bus.conf" <<END
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=$folder/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
END
  start bus dbus-daemon --config-file="$folder/bus.conf" --nofork --nopidfile
  await 10 test -S "$folder/bus" || die "no bus: $(cat "$folder/log/bus")"
  export DBUS_SESSION_BUS_ADDRESS=unix:path=$folder/bus
}

# A repository of one commit, and a worktree for each attempt, as vibe-kanban makes them.
make_worktrees() { # REPOSITORY NAME...
  local repository=$folder/repositories/$1 name
  local -a git=(git -c user.name=Demo -c user.email=demo@example.org -c init.defaultBranch=main)
  shift
  mkdir -p "$repository/src"
  printf '# %s\n' "${repository##*/}" >"$repository/README.md"
  printf 'export {};\n' >"$repository/src/index.mjs"
  "${git[@]}" init -q "$repository"
  "${git[@]}" -C "$repository" add .
  "${git[@]}" -C "$repository" commit -q -m 'Begin'
  for name; do
    "${git[@]}" -C "$repository" worktree add -q -b "vk/$name" \
      "$folder/worktrees/$name/${repository##*/}"
  done
}

make_board() {
  make_worktrees alpha-shop a1b2-add-login-page c3d4-faster-product-search
  make_worktrees beta-notes e5f6-sync-notes-offline a7b8-dark-mode
  sqlite3 -bail "$folder/board.sqlite" '.parameter init' \
    ".parameter set :folder \"'$folder'\"" ".read $root/data/demo/board.sql"
}

# The server on the board, and below it everything that its executions started.
start_board() {
  local name
  for name in claude codex esbuild node npm npx vibe-kanban-mcp; do
    ln -s "$build/data/demo/demo-actor" "$folder/programs/$name"
  done
  start server /usr/bin/python3 "$root/data/demo/server.py" "$folder"
  server=$started
  await 30 test -e "$folder/ready" || die "the board did not start: $(cat "$folder/log/server")"
}

# The user's own shell, which happens to be in a worktree; and a stranger.
start_bystanders() {
  mkfifo "$folder/never"
  cd "$folder/worktrees/a1b2-add-login-page/alpha-shop" || exit 1
  bash --norc <>"$folder/never" >"$folder/log/shell" 2>&1 &
  bystander=$!
  cd "$folder" || exit 1
  start stranger tail -f /dev/null
  stranger=$started
}

start_service() {
  start service "$service" --database "$folder/board.sqlite" --registry "$folder/registry.sqlite"
  gdbus wait --session --timeout 20 "$bus_name" ||
    die "the service did not come up: $(cat "$folder/log/service")"
}

# Whether there is a display that answers; makes it known to what is started below.
has_display() { # RUNTIME-FOLDER and HOME of the user
  if [ -n "${WAYLAND_DISPLAY:-}" ]; then
    [[ $WAYLAND_DISPLAY == /* ]] || WAYLAND_DISPLAY=$1/$WAYLAND_DISPLAY
    [ ! -S "$WAYLAND_DISPLAY" ] || return 0
    unset WAYLAND_DISPLAY
  fi
  [ -n "${DISPLAY:-}" ] || return 1
  export XAUTHORITY=${XAUTHORITY:-$2/.Xauthority}
  timeout 5 xdotool getdisplaygeometry >/dev/null 2>&1
}

start_screen() {
  unset XAUTHORITY
  export GDK_BACKEND=x11 LIBGL_ALWAYS_SOFTWARE=1
  # Xvfb finds a free number by itself and writes it when it is ready.
  exec 3>"$folder/display"
  start screen Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp
  exec 3>&-
  await 20 test -s "$folder/display" || die "no Xvfb: $(cat "$folder/log/screen")"
  DISPLAY=:$(cat "$folder/display")
  export DISPLAY
  start openbox openbox
}

start_applet() {
  start applet "$applet" --show
  applet_pid=$started
}

# Whether the window's middle is full of text, as it is when the list has arrived.
is_filled() {
  [ "$(import -window root png:- | convert png:- -gravity center -crop 50%x50%+0+0 -colorspace gray \
    -edge 1 -format '%[fx:mean > 0.03]' info:)" = 1 ]
}

save_screenshot() { # FILE
  xdotool mousemove 0 0
  await 20 is_filled || return 1
  mkdir -p "$(dirname "$1")"
  import -window root "$1"
}

# All below the play, which is a subreaper or the first process of its namespace, so that nothing
# gets away from it. Not those that look: this subshell and its children.
descendants() {
  local self=$BASHPID
  ps -e -o pid=,ppid= | awk -v top="$$" -v self="$self" '
    { parent[$1] = $2 }
    END {
      for (pid in parent) {
        for (p = pid; p in parent && p != top && p != self; p = parent[p])
          ;
        if (p == top && pid != top)
          print pid
      }
    }'
}

# Ends all that the demo started, first politely. Only our own descendants, read anew each time.
end_all() {
  local signal round pids
  for signal in TERM KILL; do
    for round in {1..60}; do
      pids=$(descendants)
      [ -n "$pids" ] || return 0
      # shellcheck disable=SC2086 # one word each
      [ $((round % 20)) -ne 1 ] || kill -"$signal" $pids 2>/dev/null
      sleep 0.05
    done
  done
}
