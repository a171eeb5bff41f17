"""The addresses of the patient portal, all below `/me/`."""

from django.urls import URLPattern, path, re_path

from appointments.calendars.feed_files import PATTERN as FEED
from portal import visit_urls
from portal.views import (
    calendar,
    devices,
    door,
    home,
    passkey_sign_in,
    people,
    preferences,
    record,
    who,
)

app_name = "portal"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    # ── the door ──
    path("sign-in/", door.sign_in, name="sign_in"),
    path("sign-in/code/", door.code, name="code"),
    path("sign-in/code/again/", door.resend, name="resend"),
    path("sign-in/passkey/", passkey_sign_in.passkey, name="passkey"),
    path("who/", who.gather, name="gather"),
    path("sign-out/", door.sign_out, name="sign_out"),
    # ── how somebody signs in ──
    path("devices/", devices.devices, name="devices"),
    path("devices/<int:pk>/end/", devices.end_device, name="end_device"),
    path("devices/end-all/", devices.end_all, name="end_all"),
    path("devices/passkeys/add/", devices.add_passkey, name="add_passkey"),
    path("devices/passkeys/<int:pk>/remove/", devices.remove_passkey, name="remove_passkey"),
    path("devices/addresses/add/", devices.add_point, name="add_point"),
    path("devices/addresses/code/", devices.prove_point, name="prove_point"),
    path("devices/addresses/<int:pk>/remove/", devices.remove_point, name="remove_point"),
    # ── whom somebody books for ──
    path("people/", people.people, name="people"),
    path("people/child/", people.add_child, name="add_child"),
    path("people/ask/", people.ask_someone, name="ask_someone"),
    path("people/<int:pk>/answer/", people.answer, name="answer"),
    path("people/<int:pk>/end/", people.end, name="end_person"),
    # ── what is inside ──
    *visit_urls.urlpatterns,
    path("preferences/", preferences.preferences, name="preferences"),
    path("record/", record.record, name="record"),
    path("record/seen/", record.seen, name="record_seen"),
    path("record/file/", record.file, name="record_file"),
    path("record/erase/", record.erase, name="record_erase"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/stop/", calendar.revoke, name="calendar_revoke"),
    re_path(rf"^calendar/feeds/(?P<token>{FEED})\.ics$", calendar.feed, name="calendar_feed"),
]
