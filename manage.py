#!/usr/bin/env python
"""Run a Django command. Where no database is configured, the embedded services run meanwhile."""

import os
import signal
import sys

# Commands that have no use for a database, broker or mail server.
BARE = {"", "help", "version", "--help", "-h", "--version", "makemessages", "compilemessages"}
BARE |= {"collectstatic", "findstatic", "diffsettings", "startapp", "install_clinic"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curednation.settings")
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        if settings.DEBUG and next(iter(sys.argv[1:]), "") not in BARE:
            execute_with_embedded_services()
        else:
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def execute_with_embedded_services() -> None:
    """Run the command with those services up that no variable names. Development only."""
    from django.core.management import execute_from_command_line

    from devstack import embedded
    from devstack.errors import Trouble

    try:
        with embedded.serving(embedded.wanted(os.environ)):
            execute_from_command_line(sys.argv)
    except Trouble as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
