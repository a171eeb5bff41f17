import pytest


@pytest.fixture(autouse=True)
def _second_factor_as_in_production(settings) -> None:
    settings.STAFF_MFA_REQUIRED = True
