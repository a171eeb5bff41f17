"""Cards as HTML. A day has hundreds and all are alike, so one sentence each has to be enough."""

from collections.abc import Iterable

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from appointments.admin.desk.cards import Card

LONGEST_NOTE = 120
_HOLD = (
    '<li class="visit hold {css}" id="visit-{pk}" data-version="{version}">'
    "<p>{when} {words}</p>"
    "</li>"
)
_VISIT = (
    '<li class="visit {css}" id="visit-{pk}" data-version="{version}" data-visit="{pk}"'
    ' data-at="{at}" data-for="{lasts}"{moves} tabindex="0" aria-describedby="desk-how">'
    '<p>{when} <a href="{url}change/">{who}</a>{marks}</p><p>{what}</p><p class="act">{buttons}'
    '<a class="more" href="{url}change/" data-dialog="{url}desk/" aria-label="{more}">⋯</a></p>'
    "{notes}</li>"
)
_MOVES = " data-moves"


def cards_html(cards: Iterable[Card], *, may_change: bool, sees_patients: bool) -> SafeString:
    """Return the items of a column, as this person may see and use them."""
    made = (
        _hold(card) if card.is_hold else _visit(card, may_change, sees_patients) for card in cards
    )
    return format_html_join("", "{}", ((html,) for html in made))


def _hold(card: Card) -> SafeString:
    return format_html(
        _HOLD, css=card.css, pk=card.pk, version=card.version, when=card.when, words=card.words
    )


def _visit(card: Card, may_change: bool, sees_patients: bool) -> SafeString:
    return format_html(
        _VISIT,
        css=card.css,
        pk=card.pk,
        version=card.version,
        at=card.rows.t,
        lasts=card.rows.d,
        moves=_MOVES if may_change and card.can_move else "",
        when=card.when,
        url=card.url,
        who=card.who,
        marks=_marks(card),
        what=_what(card),
        buttons=card.buttons if may_change else "",
        more=_("More for %(who)s") % {"who": card.who},
        notes=_notes(card, sees_patients),
    )


def _marks(card: Card) -> SafeString:
    """Its status in words, and what somebody has to look after."""
    found = format_html(" <b>{}</b>", card.words) if card.words else SafeString()
    if card.is_late:
        found += format_html(' <b class="alarm" data-late="{}">{}</b>', card.begin, _("Late"))
    if card.visit.mail_failed:
        found += format_html(' <b class="alarm">{}</b>', _("Mail failed: call"))
    return found


def _what(card: Card) -> SafeString:
    """Return "(615) 555-0142 · Follow-up · Español · new", the number as a link."""
    found = escape(card.service)
    if card.phone:
        found = format_html("{} · {}", card.phone, found)
    return found + format_html(" · <em>{}</em>", _("new")) if card.visit.is_first else found


def _notes(card: Card, sees_patients: bool) -> SafeString:
    pinned = card.visit.pinned_note if sees_patients else ""
    notes = [Truncator(pinned).chars(LONGEST_NOTE)] if pinned else []
    notes += [card.visit.staff_reason] if card.visit.staff_reason else []
    return format_html_join("", '<p class="note">{}</p>', ((note,) for note in notes))
