"""What the environment sets of visits by video: a part of the settings.

The settings take in every name of this module but `room_settings`, which needs some of theirs.
"""

from typing import Any
from urllib.parse import urlsplit

from core.environment import Environment, refuse

env = Environment()
SOCKET_PATH = "/visits/socket"

# Other servers that help browsers to find a way to each other. None is ever a stranger's.
STUN_URLS = env.words("STUN_URLS")
TURN_URLS = env.words("TURN_URLS")
TURN_SECRET = env.text("TURN_SECRET")
# Neither side learns the other's address, and each call takes the way by the relay.
RELAY_ONLY = env.flag("RELAY_ONLY", default=False)
# Where the process of the rooms listens; a container names 0.0.0.0.
ROOMS_HOST = env.text("ROOMS_HOST", default="127.0.0.1")

for _variable, _urls, _scheme in (
    ("STUN_URLS", STUN_URLS, "stun"),
    ("TURN_URLS", TURN_URLS, "turn"),
):
    for _url in _urls:
        if _url.partition(":")[0] not in (_scheme, f"{_scheme}s") or not _url.partition(":")[2]:
            refuse(
                _variable, f"holds {_url!r}: write addresses as in {_scheme}:turn.example.org:3478."
            )
if TURN_URLS and len(TURN_SECRET) < 20:
    refuse("TURN_SECRET", "is not set or short: write the static-auth-secret of coturn here too.")
if RELAY_ONLY and not TURN_URLS:
    refuse("RELAY_ONLY", "is on without TURN_URLS: no call could find a way.")


def room_settings(*, debug: bool, port: int, site_url: str) -> dict[str, Any]:
    """Return ROOMS_PORT and ROOMS_URL, where browsers find the process of the rooms."""
    rooms_port = env.number("ROOMS_PORT", default=min(port + 1, 65535), least=1, most=65535)
    scheme, host = site_url.replace("http", "ws", 1), urlsplit(site_url).hostname or ""
    host = f"[{host}]" if ":" in host else host
    default = f"ws://{host}:{rooms_port}" if debug else scheme
    url = env.text("ROOMS_URL", default=default + SOCKET_PATH)
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.hostname or parts.path != SOCKET_PATH:
        refuse("ROOMS_URL", f"is {url!r}: write one such as wss://www.example.org{SOCKET_PATH}.")
    if not debug and parts.scheme != "wss":
        refuse("ROOMS_URL", "is not wss: browsers refuse a socket without TLS on a page with it.")
    return {"ROOMS_PORT": rooms_port, "ROOMS_URL": url}
