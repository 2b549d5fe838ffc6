#!/bin/sh
# pythons.sh: of the Pythons that pyproject.toml names, those that this machine has, oldest first, a path on each line.
# Looks on PATH and where pyenv keeps its own; one that cannot make an environment (Debian without python3-venv) is none.
set -eu
cd "$(dirname "$0")/.."
for version in $(sed -n 's/.*"Programming Language :: Python :: \(3\.[0-9]*\)".*/\1/p' pyproject.toml); do
  for python in "python$version" "$HOME/.pyenv/versions/$version".*/bin/python3 python3; do
    if found=$("$python" -c "import sys, ensurepip, sqlite3, ssl, venv
assert '%d.%d' % sys.version_info[:2] == '$version'
print(sys.executable)" 2>/dev/null); then
      echo "$found"
      break
    fi
  done
done
