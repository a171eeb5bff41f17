"""The addresses for signing in: only what staff need of allauth. Nobody signs up here."""

from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.staff.accounts.password_reset import request_password_reset
from core.staff.accounts.second_factor import View, second_factor_required


def unlisted(view: View) -> View:
    """Keep it out of caches and search engines."""

    @never_cache
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    return wrapper


@require_POST
def still_here(request: HttpRequest) -> HttpResponse:
    """Answer whether the sign-in still holds (204) or is over (403). Asking counts as activity."""
    return HttpResponse(status=204 if request.user.is_authenticated else 403)


def page(route: str, view: View, name: str) -> URLPattern:
    """Return the route of a page that no cache keeps and no search engine lists."""
    return path(route, unlisted(view), name=name)


def protected_page(route: str, view: View, name: str) -> URLPattern:
    """Return the route of such a page that asks for the second factor."""
    return page(route, second_factor_required(view), name)


urlpatterns: list[URLPattern] = [
    page("login/", account.login, "account_login"),
    page("logout/", account.logout, "account_logout"),
    page("inactive/", account.account_inactive, "account_inactive"),
    page("signup/", account.signup, "account_signup"),  # says that it is closed
    page("still-here/", still_here, "staff_still_here"),
    page("password/reset/", request_password_reset, "account_reset_password"),
    page("password/reset/done/", account.password_reset_done, "account_reset_password_done"),
    page(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        "account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        unlisted(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    page("reauthenticate/", account.reauthenticate, "account_reauthenticate"),
    protected_page("password/change/", account.password_change, "account_change_password"),
    protected_page("password/set/", account.password_set, "account_set_password"),
    # ── the second factor ──
    page("2fa/authenticate/", mfa.authenticate, "mfa_authenticate"),
    page("2fa/reauthenticate/", mfa.reauthenticate, "mfa_reauthenticate"),
    page("2fa/webauthn/login/", passkeys.login_webauthn, "mfa_login_webauthn"),
    page(
        "2fa/webauthn/reauthenticate/",
        passkeys.reauthenticate_webauthn,
        "mfa_reauthenticate_webauthn",
    ),
    protected_page("2fa/", mfa.index, "mfa_index"),
    protected_page("2fa/totp/activate/", totp.activate_totp, "mfa_activate_totp"),
    protected_page("2fa/totp/deactivate/", totp.deactivate_totp, "mfa_deactivate_totp"),
    protected_page("2fa/recovery-codes/", codes.view_recovery_codes, "mfa_view_recovery_codes"),
    protected_page(
        "2fa/recovery-codes/generate/", codes.generate_recovery_codes, "mfa_generate_recovery_codes"
    ),
    protected_page(
        "2fa/recovery-codes/download/", codes.download_recovery_codes, "mfa_download_recovery_codes"
    ),
    protected_page("2fa/webauthn/", passkeys.list_webauthn, "mfa_list_webauthn"),
    protected_page("2fa/webauthn/add/", passkeys.add_webauthn, "mfa_add_webauthn"),
    protected_page(
        "2fa/webauthn/keys/<int:pk>/remove/", passkeys.remove_webauthn, "mfa_remove_webauthn"
    ),
    protected_page("2fa/webauthn/keys/<int:pk>/edit/", passkeys.edit_webauthn, "mfa_edit_webauthn"),
]
