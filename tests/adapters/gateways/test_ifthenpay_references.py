"""Multibanco references: asked for, or computed here from an entity and a sub-entity."""

import json
from datetime import UTC, datetime

import pytest

from app.adapters.gateways import actions, base
from tests.adapters.gateways.ifthenpay_keys import opened, order
from tests.fakes.ifthenpay import IfthenpayFake


@pytest.fixture
def fake():
    with IfthenpayFake() as running:
        yield running


def sent(fake: IfthenpayFake) -> dict:
    return json.loads(fake.requests[-1].body)


def test_a_reference_is_asked_for_until_the_day_the_order_ends(fake, time_machine):
    time_machine.move_to(datetime(2026, 3, 10, 12, 0, tzinfo=UTC))
    request = order("multibanco", 1099, expires_at=datetime(2026, 3, 12, 9, 0, tzinfo=UTC))
    created = opened(fake).create_payment(request)
    assert fake.requests[-1].path == "/multibanco/reference/init"
    assert sent(fake) == {
        "mbKey": fake.account.mb,
        "orderId": request.reference,
        "amount": "10.99",
        "description": "Premium Credits",
        "expiryDays": 2,
    }
    made = fake.made[0]
    assert created.action == actions.ShowReference(
        "11990", made.reference, "10.99", request.expires_at
    )
    assert made.reference.startswith("000"), "zeros in front belong to it"
    assert created.status == "pending"


@pytest.mark.parametrize(
    ("now", "ends", "days"),
    [
        ("2026-01-10T12:00", "2026-01-10T13:00", 0),
        ("2026-01-10T23:30", "2026-01-11T00:30", 1),
        ("2026-07-10T22:30", "2026-07-10T22:45", 0),  # 23:30 and 23:45 in Lisbon's summer
        ("2026-07-10T22:30", "2026-07-10T23:15", 1),  # past midnight there, not in UTC
        ("2026-01-10T12:00", "2026-02-09T12:00", 30),
        ("2026-01-10T12:00", "2026-04-09T12:00", 31),
        ("2026-01-10T12:00", "2026-01-09T12:00", 0),
        ("2026-03-28T12:00", "2026-03-30T12:00", 2),  # clocks go forward in between
    ],
)
def test_days_are_counted_by_lisbons_calendar(fake, time_machine, now, ends, days):
    time_machine.move_to(datetime.fromisoformat(now).replace(tzinfo=UTC))
    ends = datetime.fromisoformat(ends).replace(tzinfo=UTC)
    opened(fake).create_payment(order("multibanco", expires_at=ends))
    assert sent(fake)["expiryDays"] == days


def test_a_reference_that_ends_before_the_order_says_so(fake, time_machine):
    time_machine.move_to(datetime(2026, 1, 10, 12, 0, tzinfo=UTC))
    far = datetime(2026, 4, 9, 12, 0, tzinfo=UTC)
    created = opened(fake).create_payment(order("multibanco", expires_at=far))
    assert created.action.expires_at == datetime(2026, 2, 10, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reference", "shown"), [(291, "000000291"), ("000 000 291", "000000291"), ("1", "000000001")]
)
def test_a_reference_keeps_its_zeros_whatever_it_comes_as(fake, reference, shown):
    answer = {"Entity": "11990", "Reference": reference, "RequestId": "r1", "Status": 0}
    fake.fail_next("POST /multibanco", status=200, body=answer)
    assert opened(fake).create_payment(order("multibanco")).action.reference == shown


@pytest.mark.parametrize(
    "answer",
    [
        {"Status": "0", "Entity": "11990", "RequestId": "r1"},
        {"Status": "0", "Entity": "11990", "Reference": "x", "RequestId": "r1"},
        {"Status": "0", "Entity": "", "Reference": "000000291", "RequestId": "r1"},
        {"Status": "0", "Entity": "11990", "Reference": "0000002911", "RequestId": "r1"},
        {"Status": "0", "Entity": "11990", "Reference": "000000291"},
        {"Status": "0", "Entity": "11990", "Reference": "000000291", "RequestId": "x" * 61},
        {"Status": "0", "Entity": "11990", "Reference": "000000291", "RequestId": "a:b"},
        {"Message": "Success"},
        b"",
        b"<html>busy</html>",
        b'{"Status": "0", "Refer',
        b"[]",
    ],
)
def test_an_answer_without_a_whole_reference_shows_none(fake, answer):
    fake.fail_next("POST /multibanco", status=200, body=answer)
    with pytest.raises(base.Unavailable):
        opened(fake).create_payment(order("multibanco"))


def test_a_computed_reference_needs_nobody_and_is_the_same_again(fake):
    adapter = opened(fake, mbKey="", entity="11604", subEntity="999")
    request = order("multibanco", 2586)
    created = adapter.create_payment(request)
    assert adapter.find_payment(request) == created
    assert fake.requests == []
    assert created.action.entity == "11604"
    assert created.action.expires_at == request.expires_at
    assert created.gateway_payment_id == f"mbref:11604.{created.action.reference}"
    fake.pay_reference(created.action.reference, 2586)
    found = adapter.retrieve_payment(created.gateway_ref)
    assert (found.status, found.paid_minor) == ("succeeded", 2586)


def test_a_reference_that_somebody_paid_before_ours_was_made_is_not_ours(fake, later):
    """Another system may have made the same one from the same sub-entity, long ago."""
    adapter = opened(fake, mbKey="", entity="11604", subEntity="999")
    request = order("multibanco", 2586)
    reference = adapter.create_payment(request).action.reference
    fake.pay_reference(reference, 2586)
    later(3 * 86_400)
    today = order("multibanco", 2586, payment_id=request.payment_id, reference=request.reference)
    again = adapter.create_payment(today)
    assert again.action.reference == reference
    assert adapter.retrieve_payment(again.gateway_ref).status == "pending"


def test_the_asked_for_kind_of_reference_wins_over_the_computed_one(fake):
    adapter = opened(fake, entity="11604", subEntity="999")
    assert adapter.create_payment(order("multibanco")).gateway_ref.startswith("mb:")
