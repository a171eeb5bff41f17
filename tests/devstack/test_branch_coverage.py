"""What `make coverage` says of the branches, and when it fails."""

import pytest

from devstack.branch_coverage import FLOOR, verdict


@pytest.mark.parametrize(("taken", "holds"), [(FLOOR, True), (FLOOR - 0.01, False)])
def test_lines_make_up_for_no_branch(taken, holds):
    found = {
        "percent_covered": 99.0,
        "percent_branches_covered": taken,
        "covered_branches": round(taken * 100),
        "num_branches": 10_000,
    }
    held, said = verdict(found)
    assert held is holds
    assert f"{taken:.2f} % of branches ({round(taken * 100)} of 10000 branches)" in said
