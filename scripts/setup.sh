#!/bin/sh
# setup.sh VENV PYTHON UV LOCK: make the environment, install the locked versions and this project into it.
# Hashes are checked; the project itself is installed editable, without asking an index for a build tool.
set -eu
venv=$1 python=$2 uv=$3 lock=$4
"$python" -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"monitor needs Python 3.11 or newer, this is {v.major}.{v.minor}: set PYTHON=")'
if [ -n "$uv" ]; then
  [ -x "$venv/bin/python" ] || "$uv" venv -q --python "$python" "$venv"
  "$uv" pip install -q --python "$venv/bin/python" --require-hashes -r "$lock"
  "$uv" pip install -q --python "$venv/bin/python" --no-deps --no-build-isolation -e .
else
  [ -x "$venv/bin/python" ] || { echo "making $venv (about a minute)"; "$python" -m venv "$venv"; }
  "$venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
  "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
fi
