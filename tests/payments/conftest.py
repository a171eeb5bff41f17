"""A clinic that takes money: Stripe is a server of this test."""

from collections.abc import Iterator

import pytest

from tests.payments.paying import use
from tests.payments.stripe_server import StripeServer


@pytest.fixture
def stripe_server(settings) -> Iterator[StripeServer]:
    with StripeServer() as server:
        use(settings, server)
        yield server
