"""The two forms on the page Contact: `{% load contact %}{% message_form %}{% call_back_form %}`."""

from typing import Any

from django import template

from contact.forms import CallBackForm, MessageForm

register = template.Library()


@register.inclusion_tag("contact/_message_form.html", takes_context=True)
def message_form(context: template.Context) -> dict[str, Any]:
    """Show the form of a message: empty, or as the page was given it back with its errors."""
    form = context.get("message_form") or MessageForm()
    return {"form": form, "danger_in": context.get("danger_in")}


@register.inclusion_tag("contact/_call_back_form.html", takes_context=True)
def call_back_form(context: template.Context) -> dict[str, Any]:
    """Show the form by which the clinic calls; empty, or with its errors."""
    form = context.get("call_back_form") or CallBackForm()
    return {"form": form, "practice": context.get("practice")}
