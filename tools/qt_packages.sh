#!/bin/sh
# The system libraries that Qt needs, on Debian and Ubuntu, and what `python3.11 -m venv` needs
# where Python is the system's. Installs them as root, names them otherwise; does nothing elsewhere,
# and nothing where they are there already.
set -eu
packages="libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 libglib2.0-0 \
libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 \
libxcb-shape0 libxcb-xinerama0 libxcb-xkb1"
command -v dpkg-query >/dev/null 2>&1 || exit 0
python3.11 -c "import ensurepip" 2>/dev/null || packages="$packages python3.11-venv"
missing=""
for package in $packages; do
    case "$(dpkg-query -W -f '${Status}' "$package" "${package}t64" 2>/dev/null || true)" in
        *"install ok installed"*) ;;
        *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    # shellcheck disable=SC2086  # one word a package
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "Qt may need these packages: sudo apt-get install$missing" >&2
fi
