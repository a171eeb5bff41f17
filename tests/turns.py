"""Which tests begin, and which a worker takes one by one, so that all workers end together."""

from pathlib import Path

from xdist.scheduler import LoadFileScheduling

# Tests of twenty seconds and more stand in these: attacks, drills, walks over everything.
SLOW = {
    *("test_make_run.py", "test_abuse.py", "test_staff_sign_in.py", "test_kill_drill.py"),
    *("test_database_roles.py", "test_calendar_drill.py", "test_crawl.py"),
    *("test_lists_answer_no_more.py", "test_shown_is_recorded.py", "test_linear_work.py"),
    *("test_upgrade.py", "test_picture_memory.py", "test_demo_is_careful.py"),
    *("test_booking.py", "test_migrations.py"),
}
# What takes longest in one piece, the longest first; what mostly waits lies beside what computes.
FIRST = [
    *("test_database_roles.py", "test_crawl.py", "test_broken_brokers.py", "test_every_page.py"),
    *("test_migrations.py", "test_visit_bad_line.py", "test_lists_answer_no_more.py"),
    *("test_install_clinic.py", "test_admin_accessible.py", "test_staff_sign_in.py"),
    *("test_booking.py", "test_shown_is_recorded.py", "test_visit_call.py", "test_cache_away.py"),
    *("test_make_run.py", "test_calendar_drill.py", "test_visit_check.py", "test_upgrade.py"),
]
# Files of which each test stands for itself: none has a fixture that the next one could share.
ONE_BY_ONE = {"test_crawl.py", "test_every_page.py", "test_lists_answer_no_more.py"}


def rank(path: Path) -> tuple[int, bool, bool]:
    """Return the turn of a file: the longest, then what else is slow, the browser's, the rest."""
    name = path.name
    place = FIRST.index(name) if name in FIRST else len(FIRST)
    return place, name not in SLOW, "browser" not in path.parts


class Turns(LoadFileScheduling):
    """Gives a worker a whole file, or one test of those that stand for themselves."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return nodeid if Path(file).name in ONE_BY_ONE else file
