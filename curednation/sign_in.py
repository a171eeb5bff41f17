"""How staff sign in: settings of Django and allauth that no environment changes.

By e-mail, password and a second factor. The settings take in every name of this module.
"""

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "portal.sign_in.backend.PatientBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "account_login"
SESSION_COOKIE_AGE = 12 * 60 * 60  # from signing in, whatever happens in between
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

ACCOUNT_ADAPTER = "core.staff.accounts.adapter.StaffAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # only whoever opens the mailed link can set a password
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # the second factor is asked for all the same
# Django's own: allauth's copies addresses to a second table, where an old one would live on.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105  (a class)
# All by who asks, none by whom it is about: nobody uses up what is somebody else's (staff.tries).
ACCOUNT_RATE_LIMITS = {
    "reset_password": "10/m/ip",
    "login_failed": "10/m/ip",
    "reauthenticate": "10/m/ip",
    "change_password": "5/m/ip",
}
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {"reset_password": "core.staff.accounts.forms.NewPasswordForm"}
MFA_ADAPTER = "core.staff.accounts.adapter.StaffMFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True  # managers write the addresses; see ACCOUNT_EMAIL_VERIFICATION
MFA_FORMS = {
    "add_webauthn": "core.staff.accounts.forms.PasskeyForm",
    "authenticate": "core.staff.accounts.forms.CodeForm",
    "reauthenticate": "core.staff.accounts.forms.CodeAgainForm",
}
MFA_RECOVERY_CODES_SHOW_ONCE = True
