"""What the table of roles lets a role do on Django's own pages of a model."""

from core.staff import roles
from tests.crawl.addresses import Address

# What asks for which permission.
PAGES = {
    ("get", "changelist"): {"view", "change"},
    ("get", "add"): {"add"},
    ("post", "add"): {"add"},
    ("get", "change"): {"view", "change"},
    ("post", "change"): {"change"},
    ("get", "delete"): {"delete"},
    ("post", "delete"): {"delete"},
}
CHANGES = {("post", "change"), ("get", "delete"), ("post", "delete")}
# Nobody edits an e-mail, a visit or a subscriber: `change` is the right to send it again, to take
# it forward, to take them off the list.
NO_FORM = {
    *("appointments.appointment", "appointments.waitlistentry", "articles.comment"),
    *("api.apikey", "mail.outgoingemail", "newsletter.subscriber", "sms.outgoingtext"),
    "webhooks.webhookdelivery",
}
# Those of a colleague, in this world, are for whoever may `schedule`.
OF_THEIR_OWN = {"appointments.hoursexception"}
THE_ONLY_ONE = {"practice.practice", "payments.practicebilling"}  # and it is there


def disagreements(role: str, address: Address, answers: dict[str, int]) -> list[str]:
    """Where the status that this role got, by method, is another than its row in the table says."""
    page = address.route.rpartition("_")[2]
    asked = {method: status for method, status in answers.items() if (method, page) in PAGES}
    return [
        f"{role}: {method} {page} of {address.label} gave {status}"
        for method, status in asked.items()
        if address.label and status not in _expected(role, address.label, method, page)
    ]


def _expected(role: str, model: str, method: str, page: str) -> set[int]:
    return {200, 302} if _may(role, model, method, page) else {403}


def _may(role: str, model: str, method: str, page: str) -> bool:
    if model in NO_FORM and (method, page) == ("post", "change"):
        return False
    if model in THE_ONLY_ONE and page == "add":
        return False
    schedules = "schedule" in roles.ROLES[role].get("appointments.provider", "")
    if model in OF_THEIR_OWN and not schedules and (method, page) in CHANGES:
        return False
    return bool(PAGES[method, page] & set(roles.ROLES[role].get(model, "").split()))
