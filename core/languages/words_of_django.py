"""Words of Django's own that our catalogs say in another way: "4:10 pm", "4:10 p. m."."""

from django.utils.translation import gettext_noop

HALVES_OF_THE_DAY = (gettext_noop("a.m."), gettext_noop("p.m."))
