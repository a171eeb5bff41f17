"""Whether the database has been through our migrations: then the site starts at once."""

from contextlib import closing

from django.conf import settings
from django.db import connection
from psycopg2 import Error

FOLDERS = ("*/migrations", "core/*/migrations")


def already() -> bool:
    """True if no migration of ours is missing. A database that cannot say so is not prepared."""
    try:
        # A plain connection: Django's own warns where the apps are not loaded, as here.
        with closing(connection.get_new_connection(connection.get_connection_params())) as plain:
            cursor = plain.cursor()
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = set(cursor.fetchall())
    except Error:
        return False
    return {
        (folder.parent.name, path.stem)
        for pattern in FOLDERS
        for folder in settings.BASE_DIR.glob(pattern)
        for path in folder.glob("[0-9]*.py")
    } <= applied
