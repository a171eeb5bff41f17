#!/bin/sh
# Find a Python that is new enough and can make virtual environments, and let it install.
# Needs nothing but a shell: `make run` starts here on a machine that has only Python and make.

folder=${0%/*}
old=""
bare=""
for name in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11 python; do
    program=$(command -v "$name") || continue
    "$program" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { old="$old $name"; continue; }
    "$program" -c 'import ensurepip, venv' 2>/dev/null || { bare="$bare $name"; continue; }
    exec "$program" "$folder/install.py" "$@"
done

if [ -n "$bare" ]; then
    echo "Python ($(echo $bare)) cannot make virtual environments: the modules venv and ensurepip are" >&2
    echo "missing. On Debian and Ubuntu, install them with: apt install python3-venv" >&2
elif [ -n "$old" ]; then
    echo "Python 3.11 or newer is needed; found only older ones ($(echo $old)). Install a newer Python," >&2
    echo "or say where it is: make run PYTHON=/path/to/python3" >&2
else
    echo "Python is not on the PATH. Install Python 3.11 or newer (on Debian and Ubuntu:" >&2
    echo "apt install python3 python3-venv), or say where it is: make run PYTHON=/path/to/python3" >&2
fi
exit 1
