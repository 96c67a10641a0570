#!/usr/bin/env bash
# Installs on Debian what the full test run uses beside npm packages. Nothing here is needed to use the product.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

wanted=(openssh-server openssh-client nginx-light openssl chromium xvfb python3 python3-venv procps)
missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ "${#missing[@]}" -gt 0 ]; then
  apt-get update -qq
  # the packages' own services are not wanted: tests start their servers themselves, on loopback
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d
  apt-get install -y -qq --no-install-recommends "${missing[@]}"
  rm -f /usr/sbin/policy-rc.d
fi

# An account to sign in to with a password: no home, no shell, and locked except while a test runs.
id companion-test >/dev/null 2>&1 ||
  useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin companion-test

venv=/opt/companion-test
if ! "$venv/bin/python3" -c 'import fastmcp, uvicorn' 2>/dev/null; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  PIP_RETRIES=0 "$venv/bin/pip" install --quiet fastmcp uvicorn
fi
echo "System components are installed."
