"""How crispy-forms shows a form whose page has its tag, its token and its button."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout


def fields_only(*fields: Any) -> FormHelper:
    """Return the helper that shows these fields or rows alone; all fields where none is named."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    if fields:
        helper.layout = Layout(*fields)
    return helper
