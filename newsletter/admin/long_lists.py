"""Lists that are only looked at."""

from core.staff.read_only_admin import ReadOnlyAdmin


class LongListAdmin(ReadOnlyAdmin):
    """A long list to look at. What can be done has pages and permissions of its own."""

    list_per_page = 50
    actions = None
    sortable_by = ()  # newest first: another order would sort them all
    empty_value_display = "–"
