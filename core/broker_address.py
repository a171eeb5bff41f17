"""What Celery is told beside the address of its broker: how long to wait, and Sentinel's name."""

import re
from typing import Any

# Servers that know which of their Redis is the master: kombu's own way to write several.
SENTINEL = re.compile(r"sentinel://(:[^@/;]+@)?[\w.-]+(:\d{1,5})?(/\d{1,2})?")
SECONDS = {"socket_timeout": 1, "socket_connect_timeout": 1}


def are_sentinels(address: str) -> bool:
    """Say whether this is `sentinel://host1:26379/0;sentinel://host2:26379/0`."""
    return all(SENTINEL.fullmatch(part) for part in address.split(";"))


def transport_options(address: str, master: str) -> dict[str, Any]:
    """Return Celery's `broker_transport_options`; `master` is what Sentinel calls the servers.

    A broker that hangs costs whoever asks it a second, not forty.
    """
    if address.startswith("amqp"):
        return {"read_timeout": 1, "write_timeout": 1}
    if address.startswith("sentinel"):
        return {"master_name": master, "sentinel_kwargs": dict(SECONDS)} | SECONDS
    return dict(SECONDS)
