"""In which language Stripe's own page speaks to the customer."""

import pytest

from app.adapters.gateways.stripe import params
from tests.adapters.gateways import rigs


def request(locale):
    return rigs.request("card", locale=locale)


@pytest.mark.parametrize(
    ("locale", "sent"),
    [
        ("pt", "pt"),
        ("pt_PT", "pt"),
        ("pt-PT", "pt"),
        ("PT-pt", "pt"),
        ("en", "en"),
        ("en-GB", "en"),
        ("en_US", "en"),
        ("fr-FR", "auto"),
        ("ptolemaic", "auto"),
        ("", "auto"),
        (None, "auto"),
    ],
)
def test_the_orders_language_reaches_stripe_where_our_pages_have_it(locale, sent):
    assert params.session(request(locale))["locale"] == sent
