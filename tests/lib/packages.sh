# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The one place that knows which packages the project needs. To be sourced; then
#   packages_ensure build test      installs what is missing of these groups, or says exactly what it
#                                   is and returns 1.

declare -A packages=(
  [build]='meson ninja-build gcc libc6-dev pkg-config gettext jq
    desktop-file-utils gtk-update-icon-cache
    libglib2.0-dev libglib2.0-dev-bin libsqlite3-dev libsystemd-dev
    libgtk-3-dev libayatana-appindicator3-dev'
  [test]='python3 jq sqlite3 procps util-linux libxml2-utils tmux
    systemd dbus dbus-daemon
    man-db mandoc bsdextrautils appstream git
    xvfb openbox xdotool imagemagick xfce4-panel xfconf
    gjs at-spi2-core python3-gi python3-pyatspi gir1.2-atspi-2.0 gir1.2-gtk-3.0
    adwaita-icon-theme hicolor-icon-theme librsvg2-common fonts-dejavu-core'
  [demo]='python3 jq sqlite3 procps util-linux git libglib2.0-bin systemd dbus-daemon
    adwaita-icon-theme hicolor-icon-theme librsvg2-common fonts-dejavu-core'
  [headless]='xvfb openbox xdotool imagemagick at-spi2-core'
  [package]='build-essential debhelper dpkg-dev lintian'
  [check]='clang clang-tidy clang-format llvm libclang-rt-dev valgrind libc6-dbg
    cppcheck shellcheck git gcovr'
)

# What the groups stand for where there is no apt: programs, and modules of pkg-config with the
# oldest version that will do.
declare -A programs=(
  [build]='meson ninja cc pkg-config msgfmt jq gdbus-codegen glib-compile-resources
    update-desktop-database gtk-update-icon-cache'
  [test]='python3 jq sqlite3 ps setpriv tmux xmllint busctl dbus-daemon
    man mandoc col appstreamcli desktop-file-validate systemd-analyze git gjs
    Xvfb openbox xdotool import xfce4-panel xfconf-query'
  [demo]='python3 jq sqlite3 ps unshare git gdbus busctl dbus-daemon'
  [headless]='Xvfb openbox xdotool import'
  [check]='clang clang-tidy clang-format llvm-symbolizer valgrind cppcheck shellcheck git gcovr'
)
declare -A modules=(
  [build]='glib-2.0=2.66 gio-unix-2.0=2.70 sqlite3=3.34 libsystemd=246 gtk+-3.0=3.24
    ayatana-appindicator3-0.1=0.5.5'
)

# Prints the packages of all these groups, one a line.
packages_list() { # GROUP...
  local group
  for group; do
    tr -s ' \n' '\n' <<<"${packages[$group]}"
  done | sort -u
}

# Prints those of the packages that dpkg does not know as installed.
packages_missing() { # PACKAGE...
  comm -23 <(printf '%s\n' "$@" | sort -u) \
    <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
      sed -n 's/^installed //p' | sort -u)
}

# Prints what is not there, program by program and module by module: for systems without apt.
packages_missing_tools() { # GROUP...
  local group program module
  for group; do
    for program in ${programs[$group]}; do
      command -v "$program" >/dev/null || printf 'program %s\n' "$program"
    done
    for module in ${modules[$group]:-}; do
      pkg-config --atleast-version="${module#*=}" "${module%=*}" 2>/dev/null ||
        printf 'pkg-config module %s >= %s\n' "${module%=*}" "${module#*=}"
    done
  done | sort -u
}

# The words that run a command as root; fails when we can't. Without a terminal sudo must not ask.
packages_as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    echo env
  elif ! command -v sudo >/dev/null; then
    return 1
  elif [ -t 0 ]; then
    echo sudo
  else
    sudo -n true 2>/dev/null && echo sudo -n
  fi
}

packages_install() { # PACKAGE...
  local root
  local -a as_root
  local -a apt=(DEBIAN_FRONTEND=noninteractive apt-get -y -q -o Dpkg::Use-Pty=0
    -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  if ! root=$(packages_as_root); then
    printf 'These packages are missing, and there is no right to install them:\n' >&2
    printf '  apt-get install --no-install-recommends %s\n' "$*" >&2
    return 1
  fi
  read -r -a as_root <<<"$root"
  [ "${as_root[0]}" = env ] || as_root+=(env)
  printf 'Installing %d packages: %s\n' $# "$*"
  # An index that can't be fetched in full may still do: the installation is what counts.
  "${as_root[@]}" "${apt[@]}" update </dev/null || printf 'apt-get update failed; going on\n' >&2
  "${as_root[@]}" "${apt[@]}" install --no-install-recommends "$@" </dev/null
}

packages_ensure() { # GROUP...
  local -a wanted missing
  if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    mapfile -t wanted < <(packages_list "$@")
    mapfile -t missing < <(packages_missing "${wanted[@]}")
    [ ${#missing[@]} -eq 0 ] || packages_install "${missing[@]}"
    return
  fi
  mapfile -t missing < <(packages_missing_tools "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  printf 'This system has no apt; please install what is missing:\n' >&2
  printf '  %s\n' "${missing[@]}" >&2
  return 1
}
