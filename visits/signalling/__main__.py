"""`python -m visits.signalling`: the process of the rooms, until it is told to end."""

import asyncio
import logging.config
import os
import signal


def main() -> None:
    """Start it by the settings of the site, without Django's apps: it needs neither them nor
    the second that they take."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curednation.settings")
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
    asyncio.run(_run(settings.ROOMS_HOST, settings.ROOMS_PORT))


async def _run(host: str, port: int) -> None:
    from visits.signalling import server

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await server.run(host, port, stop)


if __name__ == "__main__":
    main()
