"""What every request goes through, in this order. The settings take in this list."""

MIDDLEWARE = [
    "core.practice.per_request.middleware",
    "core.guard.client_ip.drop_untrusted_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "pages.middleware.refuse_methods",
    "pages.middleware.refuse_nul",
    "curednation.request_body.limit",
    "core.validation.control_characters.strip_controls",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "articles.links.redirects.redirect_old_urls",
    "django.middleware.csrf.CsrfViewMiddleware",
    "core.staff.accounts.sessions.StaffAuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pages.middleware.refuse_overlarge",
]
