"""In which language Stripe's own page speaks to the customer."""

from datetime import UTC, datetime

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.stripe import params
from app.kit.money import Money


def request(locale):
    return base.PaymentRequest(
        payment_id="pay_1",
        order_id="ord_1",
        org_id="org_1",
        money=Money(2000, "EUR"),
        item_name="Credits",
        return_url="https://pay.example.com/return",
        cancel_url="https://pay.example.com/",
        expires_at=datetime(2026, 1, 1, tzinfo=UTC),
        idempotency_key="pay_1",
        method="card",
        locale=locale,
    )


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
