#!/bin/sh
# Browser tests need Chromium, best the one without windows: it takes half the processor time. Where it is
# missing and the machine is a Debian one, install it; elsewhere any Chromium will do.
set -eu
command -v chromium-headless-shell >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1; then
  sudo=""
  [ "$(id -u)" = 0 ] || sudo="sudo"
  echo "Installing Chromium for the browser tests …"
  if $sudo apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends \
      chromium-headless-shell fonts-noto-core >/dev/null; then
    exit 0
  fi
fi
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
echo "The browser tests need Chromium: please install it and run make test again." >&2
exit 1
