"""What the environment sets of visits by video: a part of the settings."""

from typing import NamedTuple
from urllib.parse import urlsplit

from core.environment import Environment, refuse

env = Environment()
SOCKET_PATH = "/visits/socket"
SHORTEST_SECRET = 20


class Rooms(NamedTuple):
    """Where the process of the rooms listens, and where browsers find it."""

    port: int
    host: str
    url: str


class Relays(NamedTuple):
    """Which servers help browsers to find a way to each other. None is a stranger's."""

    stun_urls: list[str]
    turn_urls: list[str]
    turn_secret: str
    # Neither side learns the other's address, and each call takes the way by the relay.
    only: bool


def rooms(*, debug: bool, port: int, site_url: str) -> Rooms:
    """Return what the environment says of the process of the rooms."""
    rooms_port = env.number("ROOMS_PORT", default=min(port + 1, 65535), least=1, most=65535)
    scheme, host = site_url.replace("http", "ws", 1), urlsplit(site_url).hostname or ""
    host = f"[{host}]" if ":" in host else host
    default = f"ws://{host}:{rooms_port}" if debug else scheme
    url = env.text("ROOMS_URL", default=default + SOCKET_PATH)
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.hostname or parts.path != SOCKET_PATH:
        refuse("ROOMS_URL", f"is {url!r}: write one such as wss://www.example.org{SOCKET_PATH}.")
    return Rooms(rooms_port, env.text("ROOMS_HOST", default="127.0.0.1"), url)


def relays() -> Relays:
    """Return what the environment says of the clinic's relay."""
    found = Relays(
        stun_urls=_server_urls("STUN_URLS", env.words("STUN_URLS"), "stun"),
        turn_urls=_server_urls("TURN_URLS", env.words("TURN_URLS"), "turn"),
        turn_secret=env.text("TURN_SECRET"),
        only=env.flag("RELAY_ONLY", default=False),
    )
    if (found.turn_secret or found.turn_urls) and len(found.turn_secret) < SHORTEST_SECRET:
        sentence = "is not set, or short: write the static-auth-secret of your coturn here too."
        refuse("TURN_SECRET", sentence)
    if found.only and not found.turn_urls:
        refuse("RELAY_ONLY", "is on without TURN_URLS: no call could find a way.")
    return found


def _server_urls(variable: str, urls: list[str], scheme: str) -> list[str]:
    for url in urls:
        kind, _, host = url.partition(":")
        if kind not in (scheme, f"{scheme}s") or not host.strip("/"):
            refuse(variable, f"holds {url!r}: write such as {scheme}:turn.example.org:3478.")
    return urls
