#!/bin/sh
# setup.sh VENV PYTHON UV LOCK: make the environment, install the locked versions and this project into it.
# Hashes are checked; the project itself is installed editable, without asking an index for a build tool. The locks
# are complete, so nothing is resolved (`--no-deps`). An environment of another Python is made anew.
set -eu
venv=$1 python=$2 uv=$3 lock=$4
command -v "$python" >/dev/null || { echo "$python: no such command; set PYTHON= to a Python 3.11 or newer" >&2; exit 1; }
"$python" -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"monitor needs Python 3.11 or newer, this is {v.major}.{v.minor}: set PYTHON=")'
whose='import sys; print(sys.implementation.name, sys.version.split()[0])'
if [ -e "$venv" ] && [ "$("$venv/bin/python" -c "$whose" 2>/dev/null)" != "$("$python" -c "$whose")" ]; then
  echo "$venv is of another Python than $python: making it anew"
  rm -rf "$venv"
fi
if [ -n "$uv" ]; then
  [ -x "$venv/bin/python" ] || "$uv" venv -q --python "$python" "$venv"
  "$uv" pip install -q --compile-bytecode --python "$venv/bin/python" --no-deps --require-hashes -r "$lock"
  "$uv" pip install -q --python "$venv/bin/python" --no-deps --no-build-isolation -e .
else
  [ -x "$venv/bin/python" ] || { echo "making $venv (about a minute)"; "$python" -m venv "$venv"; }
  "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r "$lock"
  "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
fi
