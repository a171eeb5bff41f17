"""A site that sends texts."""

from collections.abc import Iterator

import pytest

from tests.core.sms.servers import KINDS, ProviderServer
from tests.pages.factories import make_practice

DEVELOPMENT = "development://"


@pytest.fixture
def texts(db, settings) -> None:
    """This site sends texts, as a development machine does."""
    settings.SMS_PROVIDERS = [DEVELOPMENT]
    make_practice()


@pytest.fixture(params=KINDS, ids=[kind.name for kind in KINDS])
def provider(request, db, settings) -> Iterator[ProviderServer]:
    """Each of the providers in turn, as this site's."""
    make_practice()
    with request.param() as server:
        settings.SMS_PROVIDERS = [server.url]
        yield server
