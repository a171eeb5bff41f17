"""Examples for `house.yaml`: never run, only read by `semgrep --test`."""

# ruff: noqa
# ── proofs ────────────────────────────────────────────────────────────────────
# ruleid: proof-guarded-by-pgtrigger
pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)
# ruleid: proof-guarded-by-pgtrigger
pgtrigger.ReadOnly(name="frozen", fields=["text"])
# ok: proof-guarded-by-pgtrigger
pgtrigger.Trigger(name="one_level", when=pgtrigger.Before, operation=pgtrigger.Insert)

# ── links ─────────────────────────────────────────────────────────────────────
# ruleid: signature-without-purpose
Signer(sep=".")
# ruleid: signature-without-purpose
signing.TimestampSigner()
# ruleid: signature-without-purpose
signing.dumps(email)
# ruleid: signature-without-purpose
signing.loads(token, max_age=60)
# ok: signature-without-purpose
Signer(sep=".", salt="appointments.confirm")
# ok: signature-without-purpose
signing.loads(token, salt=SALT, max_age=60)


# ── what strangers send ───────────────────────────────────────────────────────
def webhook(request):
    # ruleid: request-body-read-by-hand
    event = json.loads(request.body)
    # ruleid: request-body-read-by-hand
    text = request.body.decode()
    # ok: request-body-read-by-hand
    return article.body, json.loads(row.payload)


# ruleid: request-to-another-site
urllib.request.urlopen(url)
# ruleid: request-to-another-site
requests.get(url, timeout=3)
# ruleid: request-to-another-site
http.client.HTTPSConnection(host)
# ok: request-to-another-site
outgoing.get(url)
# ok: request-to-another-site
smtplib.SMTP(host)


def onwards(request):
    # ruleid: redirect-to-what-a-visitor-says
    return redirect(request.GET["next"])


def onwards_by_a_name(request):
    address = request.POST.get("next", "/")
    # ruleid: redirect-to-what-a-visitor-says
    return HttpResponseRedirect(address)


def onwards_checked(request):
    address = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return redirect("home")
    # ok: redirect-to-what-a-visitor-says
    return redirect(address)


def onwards_on_our_site(request):
    back = safe_path(request, request.POST.get("next", "")) or reverse("home")
    # ok: redirect-to-what-a-visitor-says
    return redirect(back)


def onwards_to_a_number(request):
    # ok: redirect-to-what-a-visitor-says
    return redirect("page", int(request.GET["page"]))


# ── the cache ─────────────────────────────────────────────────────────────────
def listing(request):
    key = f"articles:{request.GET.get('page')}"
    # ruleid: cache-key-from-what-was-typed
    kept = cache.get(key)
    # ruleid: cache-key-from-what-was-typed
    cache.set(request.get_full_path(), kept, 60)
    page = int(request.GET.get("page", "1"))
    # ok: cache-key-from-what-was-typed
    return cache.get(f"articles:{page}")


# ── what readers see ──────────────────────────────────────────────────────────
# ruleid: marked-safe
mark_safe(f"<b>{name}</b>")
# ok: marked-safe
mark_safe(' loading="lazy"')
# ok: marked-safe
format_html("<b>{}</b>", name)

# ruleid: table-without-guard
csv.writer(file)
# ruleid: table-without-guard
csv.DictWriter(file, fields)
# ok: table-without-guard
spreadsheets.Writer(file)


# ── the admin ─────────────────────────────────────────────────────────────────
class OpenAdmin(ModelAdmin):
    # ruleid: lookups-of-its-own
    def lookup_allowed(self, lookup, value, request=None):
        return True

    def get_urls(self):
        # ruleid: admin-page-past-the-door
        page = path("everything/", self.everything, name="everything")
        # ok: admin-page-past-the-door
        door = path("one/", self.admin_site.admin_view(self.one), name="one")
        return [page, door]


# ruleid: lookups-of-its-own
site = AdminSite()
# ok: lookups-of-its-own
site.register(Topic, TopicAdmin)

# ── time ──────────────────────────────────────────────────────────────────────
# ruleid: repeated-repetition
re.compile(r"^([a-z]+)*$")
# ruleid: repeated-repetition
re.sub(r"<p>(\s*)+</p>", "", text)
# ruleid: repeated-repetition
RegexValidator(r"^(?:\w+)+@")
# ok: repeated-repetition
re.compile(r"^[a-z]+(-[a-z]+)*$")
# ok: repeated-repetition
re.sub(r"\s+", " ", text)

# ruleid: today-of-the-machine
date.today()
# ruleid: today-of-the-machine
datetime.now()
# ok: today-of-the-machine
datetime.now(UTC)
# ok: today-of-the-machine
timezone.localdate(timezone=zone)
