"""What is said of where a refund's money would come from is what happens when it is asked for."""

import pytest

from app.kit.money import Money
from app.models import Reversal
from app.services.escrow import offering
from app.services.escrow.going_back import came_in_part, sources_of
from tests.escrow import amounts, ask, held, refund
from tests.services.escrow.test_going_back import pay_out
from tests.services.escrow.test_listing import change


def sources(shop, order, minor: int):
    with shop.inside():
        found = offering.offer(order["orderId"])
        return sources_of(found, found.payment, Money(minor, "USD"))


def split(shop, order, minor: int) -> tuple[int, int, int]:
    found = sources(shop, order, minor)
    assert found.obstacle is None
    return found.held.minor, found.from_seller.minor, found.fee.minor


@pytest.mark.parametrize("fee", ["0", "0.01", "10", "33.33", "100"])
def test_each_minor_unit_comes_from_where_it_was_said(shop, fee):
    """One order after the other at one shop, each with a seller of its own."""
    for minor in (1, 3_999, 4_000, 4_001, 4_003, 7_777, 9_998, 10_001):
        order = held(shop, "100.01", feePercent=fee)
        for part in ("0.01", "30", "30.00"):
            assert ask(shop, order, "release", {"amount": part}).status_code == 200
        before = amounts(shop, order)
        said = split(shop, order, minor)
        assert sum(said) == minor
        refund(shop, order, f"{minor // 100}.{minor % 100:02}")
        gone = tuple(was - is_ for was, is_ in zip(before, amounts(shop, order), strict=True))
        assert gone == (*said, -minor)


def test_what_is_set_aside_for_another_refund_is_not_there_twice(shop, monkeypatch):
    order = held(shop, 100)
    ask(shop, order, "release", {"amount": 60})
    assert split(shop, order, 5_000) == (4_000, 900, 100)
    shop.refund(order, 10)
    assert split(shop, order, 5_000) == (3_000, 1_800, 200)


def test_why_it_would_be_refused_is_known_before_it_is_asked_for(shop):
    order = held(shop, 100)
    ask(shop, order, "release", {"amount": 60})
    change(shop, order, is_charged_back=True)
    assert sources(shop, order, 100).obstacle == "chargeback_open"
    assert shop.refund(order, 1).json["code"] == "chargeback_open"
    change(shop, order, is_charged_back=False)
    shop.refund(order, 50)
    assert sources(shop, order, 1_000).obstacle == "escrow_busy"
    assert shop.refund(order, 10).json["code"] == "escrow_busy"
    assert sources(shop, order, 20_000).obstacle == "escrow_busy"


def test_more_than_is_here_and_with_the_seller_is_too_much(shop):
    order = held(shop, 100)
    ask(shop, order, "release", {"amount": 60})
    found = sources(shop, order, 10_001)
    assert (found.obstacle, found.held.minor, found.fetched_back.minor) == (
        "too_large",
        4_000,
        6_000,
    )


def test_a_payment_that_is_not_held_has_no_such_sources(shop):
    order = held(shop, 100)
    with shop.inside():
        found = offering.offer(order["orderId"])
        other = type(found.payment)(id="pay_2")
        assert sources_of(found, other, Money(100, "USD")) is None


# --- what came back only in part


def back(refund_id: str, minor: int, status: str) -> Reversal:
    return Reversal(refund_id=refund_id, amount_minor=minor, currency="USD", status=status)


def test_only_what_failed_after_some_of_it_came_is_a_part():
    rows = [
        back("rfd_1", 5_000, "succeeded"),
        back("rfd_2", 700, "failed"),
        back("rfd_1", 3_000, "failed"),
        back("rfd_1", 2_000, "failed"),
        back("rfd_3", 100, "succeeded"),
        back("rfd_4", 100, "succeeded"),
        back("rfd_4", 100, "unknown"),
    ]
    (one,) = came_in_part(rows)
    assert (one.needed, one.came) == (Money(10_000, "USD"), Money(5_000, "USD"))
    assert came_in_part([]) == []


def test_a_seller_who_has_too_little_gives_back_a_part(shop):
    order = held(shop, 100)
    for _ in range(2):
        ask(shop, order, "release", {"amount": 50})
    pay_out(shop, order, 4_000)
    refund(shop, order)
    with shop.inside():
        (one,) = came_in_part(offering.offer(order["orderId"]).escrow.reversals)
    assert (one.needed.minor, one.came.minor) == (10_000, 5_000)
