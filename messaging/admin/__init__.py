"""Messages in the desk. Each module registers what it shows."""

from messaging.admin import alerts, beginning, inbox, rules, thread_files, thread_page

__all__ = ["alerts", "beginning", "inbox", "rules", "thread_files", "thread_page"]
