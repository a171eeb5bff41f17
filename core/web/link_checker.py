"""Checks whether an address on the web still answers. Asks only public addresses."""

from django.conf import settings
from django.utils.translation import gettext as _

from core.web import client

AGENT = "Mozilla/5.0 (compatible; link check)"


def check_link(url: str) -> tuple[bool, str]:
    """Return whether the address answers, and what it said.

    Never raises for what the network does.

    Where a site sends us on it is alive; following could lead into our own network.
    """
    try:
        answer = client.fetch(url, agent=AGENT, private=settings.LINK_CHECK_PRIVATE)
    except client.NoAddress:
        return False, _("This is no web address.")
    except client.NotPublic:
        return False, _("The name of this site is not known.")
    except client.NotFetched as error:
        return False, _("No answer ({reason}).").format(reason=error)
    return _meaning(answer)


def _meaning(answer: client.Answer) -> tuple[bool, str]:
    if 200 <= answer.status < 300:
        return True, str(answer.status)
    if 300 <= answer.status < 400:
        return True, _("{code}: has moved to {address}").format(
            code=answer.status, address=answer.location[:80]
        )
    if answer.status in (401, 403, 405, 429):
        return True, _("{code}: answers, but not to us").format(code=answer.status)
    return False, str(answer.status)
