"""Google Analytics: what is told has the shape they ask for, and says nothing of the customer."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.adapters.analytics import Happening
from app.adapters.analytics.ga4 import Ga4
from app.adapters.analytics.ga4_events import sample, written
from app.adapters.gateways import base
from app.kit.money import Money
from tests.fakes.ga4 import Ga4Fake

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = "ga4-canary-0001"
BOUGHT = Happening("purchase", "ord_01HZX", Money(2586, "EUR"), True, "Logo pack",
                   NOW - timedelta(minutes=5), NOW)  # fmt: skip


@pytest.fixture
def fake():
    with Ga4Fake() as fake:
        yield fake


def ga4(fake, **more):
    values = {"measurementId": "G-ABC123", "apiSecret": SECRET, **more}
    return Ga4(base.Credentials(values, fake.url))


def test_a_purchase_has_the_shape_they_ask_for(fake):
    ga4(fake).tell(BOUGHT, NOW)
    assert fake.problems == []
    (body,) = fake.bodies
    assert body["timestamp_micros"] == 1767225600000000
    assert body["events"] == [
        {
            "name": "purchase",
            "params": {
                "transaction_id": "ord_01HZX",
                "currency": "EUR",
                "value": 25.86,
                "engagement_time_msec": 1,
                "items": [{"item_name": "Logo pack", "price": 25.86, "quantity": 1}],
            },
        }
    ]


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_refund_says_how_much_and_of_what_if_only_a_part(fake, is_whole):
    back = replace(BOUGHT, kind="refund", money=Money(1000, "EUR"), is_whole=is_whole)
    ga4(fake).tell(back, NOW)
    assert fake.problems == []
    (event,) = fake.events
    assert (event["name"], event["params"]["value"]) == ("refund", 10)
    assert ("items" in event["params"]) is not is_whole


@pytest.mark.parametrize("money", [Money(500, "JPY"), Money(12345, "KWD"), Money(1, "USD")])
@pytest.mark.parametrize("name", ["x" * 200, "a\nb", "é" * 150])
def test_any_amount_and_name_fits(fake, money, name):
    ga4(fake).tell(replace(BOUGHT, money=money, item_name=name), NOW)
    assert fake.problems == []
    assert fake.events[0]["params"]["value"] == float(money.major)


def test_the_same_happening_is_the_same_call(fake):
    for _ in range(2):
        ga4(fake).tell(BOUGHT, NOW)
    assert fake.bodies[0] == fake.bodies[1]
    other = written(replace(BOUGHT, order_id="ord_other"), NOW)
    assert other["client_id"] != fake.bodies[0]["client_id"]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("GA1.1.1234567890.1767225600", "1234567890.1767225600"),
        ("1234567890.1767225600", "1234567890.1767225600"),
        ("ada@example.com", None),
        ("GA1.1.x.y", None),
        ("", None),
    ],
)
def test_a_visitor_is_known_by_the_cookie_that_was_given_along_or_by_nothing(given, sent):
    body = written(replace(BOUGHT, hints={"gaClientId": given}), NOW)
    own = written(BOUGHT, NOW)["client_id"]
    assert body["client_id"] == (sent or own)


def test_a_session_is_told_if_it_is_one():
    good, bad = ({"gaSessionId": one} for one in ("1767225000", "ada"))
    assert written(replace(BOUGHT, hints=good), NOW)["events"][0]["params"]["session_id"]
    assert "session_id" not in written(replace(BOUGHT, hints=bad), NOW)["events"][0]["params"]


def test_an_address_in_an_items_name_stays_here():
    body = written(replace(BOUGHT, item_name="Seat for ada@example.com, row 3"), NOW)
    assert body["events"][0]["params"]["items"][0]["item_name"] == "Seat for … row 3"
    assert "ada" not in json.dumps(body)


def test_what_happened_long_ago_is_told_without_its_time():
    assert "timestamp_micros" not in written(BOUGHT, NOW + timedelta(hours=73))
    assert "timestamp_micros" in written(BOUGHT, NOW + timedelta(hours=71))


def test_a_connection_is_tried_by_their_validation_which_counts_nothing(fake):
    found = ga4(fake).verify()
    assert (found.account, fake.bodies) == ("G-ABC123", [])
    assert "does not say whether the API secret is right" in found.remarks[0]
    assert sample()["events"][0]["name"] == "purchase"


def test_what_their_validation_finds_is_told(fake):
    with pytest.raises(base.Misconfigured, match="requires a measurement_id"):
        ga4(fake, measurementId="UA-1").verify()


@pytest.mark.parametrize("status", [500, 429, 404])
def test_their_failures_may_pass_and_quote_no_secret(fake, status):
    fake.fail_next("POST /mp/collect", status=status)
    with pytest.raises(base.GatewayError) as refusal:
        ga4(fake).tell(BOUGHT, NOW)
    assert SECRET not in repr(refusal.value)
    fake.drop_before_commit("POST /mp/collect")
    with pytest.raises(base.Unavailable) as silence:
        ga4(fake).tell(BOUGHT, NOW)
    assert SECRET not in repr(silence.value)


def test_an_answer_that_is_none_is_no_verdict(fake):
    fake.fail_next("POST /debug/mp/collect", status=200, body=b"<html>")
    with pytest.raises(base.Unavailable):
        ga4(fake).verify()
