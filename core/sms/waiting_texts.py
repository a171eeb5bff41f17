"""Texts to a number that have not gone out yet."""

from typing import Any

from django.db import connection

from core.sms import numbers

_DROP = """
    UPDATE sms_outgoingtext
       SET overtaken = true, overtaken_at = statement_timestamp(), due_at = NULL,
           status = CASE status WHEN 'waiting' THEN 'dropped' ELSE status END
     WHERE "to" = %s AND "to" <> '' AND status IN ('waiting', 'sending', 'failed')
"""


def drop_waiting(number: Any) -> None:
    """Send none of them; one that is being sent at this moment goes out now or never."""
    with connection.cursor() as cursor:
        cursor.execute(_DROP, [numbers.textable(number)])
