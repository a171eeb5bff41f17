"""The page that mails a link to set a password.

Anybody can ask for any address: so it has limits.
"""

from allauth.account import views as account
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.guard import proof_of_work, sessionless_form
from core.people import email_addresses

RULE = "passwords"


def request_password_reset(request: HttpRequest) -> HttpResponse:
    """Serve allauth's page.

    Near a limit the browser does a little work first, whoever is asked about.
    """
    if request.method == "POST":
        if sessionless_form.is_over_limit(request, RULE):
            return _too_many(request)
        mailbox = email_addresses.mailbox(request.POST.get("email", ""))
        if sessionless_form.needs_proof_of_work(request, RULE, address=mailbox):
            context = {
                "sent": sessionless_form.sent_values(request),
                "asked": proof_of_work.create_challenge(request, RULE),
            }
            return render(request, "account/effort.html", context, status=429)
    return account.password_reset(request)


def _too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(settings.RETRY_AFTER_SECONDS)
    return response
