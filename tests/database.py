"""The whole database in a few words, to see whether anything has changed."""

from django.db import connection


def contents() -> dict[str, tuple[int, str]]:
    """Each table's number of rows and a hash of all of them, order aside."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = {}
        for table in tables:
            cursor.execute(
                f"SELECT count(*), coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), '')"
                f' FROM "{table}" t'
            )
            found[table] = cursor.fetchone()
    return found
