"""Only the owner of the tables restores, rights and all; the site's own role makes the backups."""

import pytest

from core.staff.audit import hash_chain
from tests.core.staff.append_only_rows import write_proofs
from tests.core.staff.deployed import PASSWORD, Deployment, deployment

PROBLEMS = """
from django.db import connection
from core.database import proof_writers, time_limits
with connection.cursor() as cursor:
    print(proof_writers.ways_to_rewrite(cursor), proof_writers.unprotected(cursor))
    print(time_limits.missing(cursor))
"""


@pytest.fixture
def deployed(transactional_db):
    with deployment() as made:
        yield made


def works(made: Deployment, *arguments: str, as_owner: bool = False, **environ: str) -> str:
    manage = made.manage_as_owner if as_owner else made.manage
    status, output = manage(*arguments, **environ)
    assert status == 0, output
    return output


@pytest.mark.slow
def test_the_owner_restores_with_all_rights_as_they_were_and_the_site_backs_up(
    deployed, clinic, tmp_path
):
    write_proofs()
    hash_chain.seal()
    archive = clinic.back_up()
    elsewhere = {
        "BACKUP_DIR": str(tmp_path / "new"),
        "BACKUP_RECIPIENTS": clinic.public,
        "MEDIA_ROOT": str(tmp_path / "new media"),
    }
    restore = ("restore", str(archive), "--key", "-")
    private = clinic.key.read_text()
    with deployed.session(deployed.owner) as cursor:
        cursor.execute(f'CREATE ROLE "{deployed.site}" LOGIN PASSWORD %s', [PASSWORD])
    status, said = deployed.manage(*restore, given=private, **elsewhere)
    assert (status, "Nothing was changed." in said) == (1, True), said

    works(deployed, *restore, as_owner=True, given=private, **elsewhere)
    assert works(deployed, "shell", "--no-imports", "-c", PROBLEMS) == "[] []\n[]\n"
    works(deployed, "verify_audit")
    works(deployed, "backup", **elsewhere)
    [new] = (tmp_path / "new").glob("*.tar.age")
    assert new.stat().st_mode & 0o777 == 0o600
