"""The newsletter on pages of others: `{% load newsletter %}{% subscribe_form %}`."""

from typing import Any

from django import template

from newsletter.subscription.list_stats import ListStats

register = template.Library()
STEP, HALF = 48, 90


@register.inclusion_tag("newsletter/_signup_band.html", takes_context=True)
def subscribe_form(context: template.Context) -> dict[str, Any]:
    """Show the band with one field, for pages that anyone may cache: it asks the database nothing.

    It says on which page it stood by the name of the route. Never on private or booking pages.
    """
    request = context.get("request")
    match = request and request.resolver_match
    return {"page": match.view_name if match else "", "practice": context.get("practice")}


@register.inclusion_tag("admin/newsletter/_weeks_plot.html")
def weeks_plot(stats: ListStats) -> dict[str, Any]:
    """Draw bars up for those who came, down for those who went, in whole units of SVG."""
    bars = []
    for place, week in enumerate(stats.weeks):
        for kind, number in (("came", week.came), ("went", week.went)):
            height = round(number / stats.most * HALF)
            y = HALF - height if kind == "came" else HALF + 1
            bars.append(
                {"kind": kind, "x": place * STEP + 6, "y": y, "width": STEP - 12, "height": height}
            )
    width = STEP * len(stats.weeks)
    return {"bars": bars, "width": width, "height": 2 * HALF + 1, "base": HALF}
