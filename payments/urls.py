"""The pages of payments: a guest's, by a private link, and the way back from Stripe."""

from django.urls import URLPattern, re_path

from payments import links
from payments.views import documents, returned, visit_payments
from payments.views.doors import guest

app_name = "payments"
UID = r"(?P<uid>[A-Za-z0-9_-]{16,32})"
VISIT = rf"^payments/(?P<token>{links.PATTERN})/"
PAGES = (
    ("", visit_payments.visit, "visit"),
    ("pay/", visit_payments.pay, "pay"),
    ("check/", visit_payments.check, "check"),
    (f"go/{UID}/", visit_payments.go, "go"),
    ("card/", visit_payments.keep_card, "keep_card"),
    ("card/remove/", visit_payments.remove_card, "remove_card"),
    (f"receipts/{UID}/", documents.receipt, "receipt"),
    (f"superbills/{UID}/", documents.superbill, "superbill"),
)
urlpatterns: list[URLPattern] = [
    re_path(
        rf"^payments/returned/(?P<token>{links.RETURNED.pattern})/$",
        returned.returned,
        name="returned",
    ),
    *(re_path(rf"{VISIT}{route}$", guest(page), name=name) for route, page, name in PAGES),
]
