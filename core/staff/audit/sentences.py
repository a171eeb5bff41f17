"""The audit trail in sentences: "Robin Vale opened Emmett Alder’s visit of December 15"."""

from collections.abc import Sequence

from django.utils.text import get_text_list
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

# What was done to records. In a translation the parts may stand in any order.
DONE = {
    "view": _("%(who)s opened %(what)s"),
    "list": _("%(who)s saw %(what)s"),
    "search": _("%(who)s found %(what)s"),
    "history": _("%(who)s read the history of %(what)s"),
    "add": _("%(who)s added %(what)s"),
    "change": _("%(who)s changed %(what)s"),
    "delete": _("%(who)s deleted %(what)s"),
    "refused": _("%(who)s was refused %(what)s"),
    "book": _("%(who)s booked %(what)s"),
    "move": _("%(who)s moved %(what)s"),
    "cancel": _("%(who)s cancelled %(what)s"),
    "trail": _("%(who)s read who saw %(what)s"),
    "trail-file": _("%(who)s took a file of who saw %(what)s"),
    "act:day_view": _("%(who)s saw %(what)s on the page of a day"),
    "act:week_view": _("%(who)s saw %(what)s on the page of a week"),
}
# The same where no record is named.
DONE_TO_NOTHING = {
    "view": _("%(who)s opened a page"),
    "list": _("%(who)s saw an empty list"),
    "search": _("%(who)s searched and found nothing"),
    "refused": _("%(who)s was refused a page"),
    "sign-in": _("%(who)s signed in"),
    "sign-in failed": _("%(who)s failed to sign in"),
    "sign-out": _("%(who)s signed out"),
    "session ended": _("%(who)s was signed out"),
    "password changed": _("%(who)s changed the password"),
    "second factor added": _("%(who)s added a second step"),
    "second factor removed": _("%(who)s removed a second step"),
    "second factor failed": _("%(who)s failed the second step"),
    "recovery codes renewed": _("%(who)s made new recovery codes"),
    "invited": _("%(who)s was invited"),
    "restored": _("%(who)s was restored from a backup"),
}


def sentence(action: str, who: str, what: Sequence[str]) -> str:
    """Return in words that `who` did this to these records.

    What a page or a button of an app is called by stands in the sentence where no other word is
    known: "Robin Vale used “send again” for …".
    """
    facts = {"who": who, "what": get_text_list(list(what), _now("and")), "action": _spoken(action)}
    known = DONE.get(action) if what else DONE_TO_NOTHING.get(action)
    if known:
        return str(known) % facts
    if what:
        return _now("%(who)s used “%(action)s” for %(what)s") % facts
    return _now("%(who)s used “%(action)s”") % facts


def _spoken(action: str) -> str:
    """ "send again" for `act:send_again_view`."""
    name = action.partition(":")[2] or action
    return name.removesuffix("_view").replace("_", " ").replace("-", " ")
