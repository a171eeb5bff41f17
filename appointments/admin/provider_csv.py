"""Providers and their hours as a CSV file: out, and in again after a look at what it would change.

The look is the change itself, rolled back. All rows are saved, or none is.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from appointments.admin import practice_time, provider_rows, schedule_rights
from appointments.admin.provider_rows import COLUMNS, Outcome, RowRefused
from appointments.models import Provider
from appointments.public.kept_pages import drop_pages
from core import spreadsheets
from core.staff.audit import disclosures
from core.validation.dates import validate_plausible

PAGE = "admin/appointments/provider_csv.html"
MOST_BYTES, MOST_ROWS, MOST_ERRORS = 500_000, 500, 20
RIGHTS = (
    "appointments.add_provider",
    "appointments.change_provider",
    "appointments.change_weeklyhours",
    schedule_rights.EVERYBODY,
)


class Unreadable(Exception):
    """Sentences for staff: nothing is saved."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


class CsvForm(forms.Form):
    """The file, or its text when it comes back from the page that shows what it changes."""

    since = forms.DateField(
        label=_("Hours hold from"),
        validators=[validate_plausible],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Each provider’s hours, on that provider’s clock."),
    )
    file = forms.FileField(
        label=_("CSV file"), required=False, widget=forms.FileInput({"accept": ".csv"})
    )
    text = forms.CharField(
        required=False, widget=forms.HiddenInput, max_length=MOST_BYTES, strip=False
    )

    def clean_since(self) -> date:
        since = self.cleaned_data["since"]
        if since < practice_time.today():
            raise forms.ValidationError(_("Choose today or a later day: what was, stays."))
        return since

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        upload = cleaned.get("file")
        if upload and upload.size > MOST_BYTES:
            self.add_error("file", _("The file is larger than 500 kB."))
        elif upload:
            try:
                cleaned["text"] = upload.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", _("Save the file as “CSV UTF-8”: this one is not."))
        elif not cleaned.get("text"):
            self.add_error("file", _("Choose a file."))
        return cleaned


def export_view(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Return all providers with their licenses, services and hours of today as a CSV file."""
    _require_rights(request)
    providers = list(
        Provider.objects.prefetch_related("services", "licenses", "weekly_hours").order_by("name")
    )
    text = spreadsheets.table([COLUMNS, *map(provider_rows.row_of, providers)])
    # With a mark that says UTF-8 to spreadsheet programs, which else guess.
    response = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="providers.csv"'
    return disclosures.declare(response, providers)


def import_view(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Return the page that takes a file; a POST shows what it changes, a second one saves it."""
    _require_rights(request)
    if request.method != "POST":
        return _page(model_admin, request, CsvForm(initial={"since": practice_time.today()}))
    form = CsvForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(model_admin, request, form)
    if "save" not in request.POST:
        return _looked_at(model_admin, request, form)
    return model_admin.show_conflicts_first(  # type: ignore[attr-defined]  # of ProviderAdmin
        request, lambda: _save(model_admin, request, form)
    )


def _require_rights(request: HttpRequest) -> None:
    if not request.user.has_perms(RIGHTS):
        raise PermissionDenied


def _looked_at(model_admin: ModelAdmin, request: HttpRequest, form: CsvForm) -> HttpResponse:
    try:
        with transaction.atomic():
            outcomes = _write(form)
            transaction.set_rollback(True)
    except Unreadable as error:
        return _page(model_admin, request, form, errors=error.sentences)
    return _page(model_admin, request, form, outcomes=outcomes)


def _save(model_admin: ModelAdmin, request: HttpRequest, form: CsvForm) -> HttpResponse:
    try:
        with transaction.atomic():
            outcomes = [each for each in _write(form) if each.changes]
    except Unreadable as error:
        return _page(model_admin, request, form, errors=error.sentences)
    drop_pages()
    for each in outcomes:
        if each.is_new:
            model_admin.log_addition(request, each.provider, _now("From a CSV file"))
        else:
            model_admin.log_change(request, each.provider, _now("From a CSV file"))
    words = ngettext("%d provider is saved.", "%d providers are saved.", len(outcomes))
    messages.success(request, words % len(outcomes))
    return redirect("admin:appointments_provider_changelist")


def _write(form: CsvForm) -> list[Outcome]:
    """Write every row. Raises Unreadable with what is wrong in which line: then roll back."""
    outcomes, errors = [], []
    for line, cells in _rows(form.cleaned_data["text"]):
        try:
            with transaction.atomic():
                outcomes.append(provider_rows.write(cells, since=form.cleaned_data["since"]))
        except RowRefused as refused:
            errors.append(_now("Line %(line)d: %(why)s") % {"line": line, "why": refused})
    if errors:
        raise Unreadable(*errors[:MOST_ERRORS])
    if not outcomes:
        raise Unreadable(_now("The file has no rows below its heading."))
    return outcomes


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row with its line, its cells by the names of their columns."""
    delimiter = (
        ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    )
    try:
        rows = list(spreadsheets.numbered(io.StringIO(text, newline=""), delimiter=delimiter))
    except (spreadsheets.Broken, csv.Error) as error:
        raise Unreadable(str(error)) from error
    if "\0" in text:
        raise Unreadable(_now("The file holds characters that are no text."))
    heading = [name.strip().lower() for name in rows[0][1]] if rows else []
    unknown = sorted({name for name in heading if name} - {*COLUMNS})
    if unknown or "name" not in heading:
        raise Unreadable(_headings(unknown))
    if len(rows) > MOST_ROWS + 1:
        raise Unreadable(_now("The file has more than %d rows.") % MOST_ROWS)
    for line, row in rows[1:]:
        cells = dict(zip(heading, (cell.strip() for cell in row), strict=False))
        if any(cells.values()):
            yield line, cells


def _headings(unknown: list[str]) -> str:
    names = ", ".join(COLUMNS)
    if unknown:
        words = _now("No column is called “%(unknown)s”. They are: %(names)s.")
        return words % {"unknown": "”, “".join(unknown)[:200], "names": names}
    return _now("The first line has to name the columns, and one of them “name”: %s.") % names


def _page(
    model_admin: ModelAdmin,
    request: HttpRequest,
    form: CsvForm,
    *,
    outcomes: list[Outcome] | None = None,
    errors: tuple[str, ...] = (),
) -> HttpResponse:
    context = model_admin.admin_site.each_context(request) | {
        "title": _now("Providers from a CSV file"),
        "opts": Provider._meta,
        "form": form,
        "errors": errors,
        "outcomes": outcomes,
        "changing": sum(bool(each.changes) for each in outcomes or ()),
        "text": form.cleaned_data.get("text", "") if outcomes else "",
        "since": f"{form.cleaned_data.get('since', '')}" if outcomes else "",
        "columns": COLUMNS,
    }
    response = TemplateResponse(request, PAGE, context)
    shown = [each.provider for each in outcomes or () if not each.is_new]
    return disclosures.declare(response, shown)
