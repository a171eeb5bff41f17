"""The page that mails a link to set a password.

Anybody can ask for any address: so it has limits.
"""

from allauth.account import views as account
from django.http import HttpRequest, HttpResponse

from core.guard.limit_pages import limit_page
from core.people import email_addresses

RULE = "passwords"


def request_password_reset(request: HttpRequest) -> HttpResponse:
    """Serve allauth's page.

    Near a limit the browser does a little work first, whoever is asked about.
    """
    if request.method == "POST":
        mailbox = email_addresses.mailbox(request.POST.get("email", ""))
        refused = limit_page(request, RULE, address=mailbox)
        if refused:
            return refused
    return account.password_reset(request)
