"""How often what may be done: nine kinds of limits, each set by one variable.

The first of a kind is the one that its variable sets. The others keep their proportion to it, so
that a clinic whose patients share a network, or a site under attack, turns one thing. Only what is
counted for one mailbox or one visit stays as it is here: it is one person's, however large the
clinic.

`…_easily`: from then on the browsers of one network do a little work first, or wait; `…_in_all`:
the same for everybody together, `…_per_address`: for one mailbox, whoever asks, `…_per_visit`: for
one visit.
"""

import re

from limits import parse

# What one network may do to have visits: take a time, book it, move or cancel, wait for a place.
BOOKINGS = {
    "bookings": "30/day",
    "bookings_easily": "6/hour",
    "bookings_in_all": "120/hour",
    "bookings_per_address": "8/day",
    "holds": "60/10minutes",
    "holds_easily": "12/10minutes",
    "holds_in_all": "300/10minutes",
    "changes": "60/hour",  # withdrawn comments too
    "changes_easily": "10/hour",
    "changes_in_all": "120/hour",
    "answers": "600/hour",  # what is typed before a visit is kept every few seconds
    "checks": "30/hour",  # of camera and sound, of one visit
    # Of one seat in a room. A page whose line breaks all the time asks four times a second at most.
    "tickets_per_visit": "600/minute",
    "waitlist": "20/day",
    "waitlist_easily": "4/hour",
    "waitlist_in_all": "120/hour",
    "waitlist_per_address": "5/day",
}
# Links that we mail to whoever asks: to visits, to prove an address, for a new password of staff.
LINKS = {
    "links": "20/hour",
    "links_easily": "4/hour",
    "links_in_all": "20/hour",
    "links_per_address": "6/hour",
    "passwords": "20/hour",
    "passwords_easily": "3/hour",
    "passwords_in_all": "20/hour",
    "passwords_per_address": "6/hour",
}
# What readers say about articles: comments, and answers to "Was this helpful?".
COMMENTS = {
    "comments": "20/day",
    "comments_easily": "3/hour",
    "comments_in_all": "60/hour",
    "comments_per_address": "5/day",
    "feedback": "60/day",
    "feedback_easily": "15/hour",
    "feedback_in_all": "300/hour",
    "feedback_per_article": "3/day",  # so many answers of a network count
}
# Messages, and wishes to be called; `…_per_address`: for one mailbox or phone number.
CONTACT = {
    "contact": "10/day",
    "contact_easily": "3/hour",
    "contact_in_all": "60/hour",
    "contact_per_address": "3/day",
}
# Sign-ups, and what follows from a mailed link; leaving has no limit.
NEWSLETTER = {
    "newsletter": "20/day",
    "newsletter_easily": "4/hour",
    "newsletter_in_all": "300/hour",
    "newsletter_per_address": "3/day",
    "newsletter_changes": "60/hour",
}
# Wrong passwords and codes of one member of staff from one network; codes from all networks
# together from which they have not signed in for 90 days.
SIGN_IN = {"sign_in": "5/5minutes", "codes": "5/5minutes", "codes_elsewhere": "60/hour"}
# Of one network at the door of the patient portal: codes that it has sent, tries of codes, tries to
# say who one is; inside, copies of a record. `fresh_codes_per_address`: from then on a code is
# longer, and one is for all.
PORTAL = {
    "sign_in_codes": "30/hour",
    "sign_in_codes_easily": "8/hour",
    "sign_in_codes_in_all": "300/hour",
    "sign_in_codes_per_address": "6/hour",
    "fresh_codes_per_address": "3/hour",
    "code_tries": "60/hour",
    "gathering": "60/hour",
    "gathering_per_address": "10/day",
    "messages": "120/hour",  # written inside, and files with them
    "record_files": "12/hour",  # copies of a whole record, by its patient
}
# Mails of one kind to everybody together, and to one mailbox; more wait, and none is lost.
MAILS = {"mails_in_all": "600/hour", "mails_per_address": "6/hour"}
# Texts of one kind to everybody together, and to one number: more wait, and none is lost; and those
# that one network asks for, codes.
TEXTS = {"texts_in_all": "600/hour", "texts_per_address": "6/hour", "texts_asked": "20/hour"}
# Of one API key: requests, bookings, changes of them; and of one network requests without a key.
API = {
    "api": "600/minute",
    "api_bookings": "120/hour",
    "api_changes": "240/hour",
    "api_refused": "60/minute",
}


def in_proportion(kind: dict[str, str], rate: str) -> dict[str, str]:
    """Return the limits of a kind whose first is `rate`; each lets through one at least."""
    first, *others = kind
    factor = _per_second(rate) / _per_second(kind[first])
    found = {first: rate}
    for name in others:
        of_one_person = name.endswith(("_per_address", "_per_visit"))
        found[name] = kind[name] if of_one_person else _times(factor, kind[name])
    return found


def _per_second(rate: str) -> float:
    parsed = parse(rate)
    return parsed.amount / parsed.get_expiry()


def _times(factor: float, rate: str) -> str:
    return re.sub(r"^\d+", lambda amount: str(max(1, round(int(amount[0]) * factor))), rate)
