"""A site that sends texts."""

import pytest

from tests.pages.factories import make_practice

DEVELOPMENT = "development://"


@pytest.fixture
def texts(db, settings) -> None:
    """This site sends texts, as a development machine does."""
    settings.SMS_PROVIDERS = [DEVELOPMENT]
    make_practice()
