"""The pages of payments: by a private link, inside the patient's account, and back from Stripe."""

from django.urls import URLPattern, re_path

from payments import links
from payments.views import documents, my_payments, returned, visit_payments
from payments.views.doors import guest, portal

app_name = "payments"
UID = r"(?P<uid>[A-Za-z0-9_-]{16,32})"
MINE = r"^me/payments/"
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
    re_path(rf"{MINE}$", my_payments.my_payments, name="my_payments"),
    *(
        re_path(rf"{MINE}(?P<number>[0-9]{{1,18}})/{route}$", portal(page), name=f"my_{name}")
        for route, page, name in PAGES
    ),
]
