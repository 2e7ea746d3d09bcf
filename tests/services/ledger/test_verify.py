"""`flask ledger verify`: it finds what differs, says so and touches nothing."""

import pytest
from sqlalchemy import select

from app.adapters.gateways import base
from app.adapters.gateways.sandbox import SandboxGateway
from app.extensions import db, transaction
from app.models import Hold, Payment, Release, SandboxPayment, SandboxTransfer
from tests.escrow import ask, held, refund


@pytest.fixture
def order(shop):
    made = held(shop, 100)
    ask(shop, made, "release", {"amount": 60})
    refund(shop, made, 70)
    return made


def verify(shop, *words):
    return shop.app.test_cli_runner().invoke(args=["ledger", "verify", *words])


def spoil(shop, model, **values):
    with shop.inside(), transaction():
        row = db.session.scalars(select(model)).first()
        for name, value in values.items():
            setattr(row, name, value)


def test_books_that_agree_with_everything_say_so(shop, order):
    held(shop, 20, feePercent="0")
    found = verify(shop)
    assert (found.exit_code, found.output) == (0, "2 orders compared, 0 differences.\n")


def test_one_order_can_be_compared_alone(shop, order):
    other = held(shop, 20)
    spoil(shop, Release, fee_minor=1)
    found = verify(shop, "--order", other["orderId"])
    assert (found.exit_code, found.output) == (0, "1 orders compared, 0 differences.\n")
    assert verify(shop, "--order", order["orderId"]).exit_code == 1


def test_an_order_whose_money_was_never_held_cannot_be_compared(shop):
    order = shop.order(20)
    found = verify(shop, "--order", order["orderId"])
    assert found.exit_code == 1
    assert f"No money of an order {order['orderId']} was ever held" in found.output


@pytest.mark.parametrize(
    ("model", "values", "what"),
    [
        (Payment, {"refunded_minor": 6_999}, "refunded: the books say 7000, else 6999"),
        (Release, {"status": "failed"}, "with the seller: the books say 2700, else -2700"),
        (Hold, {"status": "held"}, "is anything held: the books say False, else True"),
        (Hold, {"fee_bps": 900}, "fee: the books say 300, else 270"),
    ],
)
def test_what_our_own_rows_say_otherwise_is_found(shop, order, model, values, what):
    spoil(shop, model, **values)
    found = verify(shop, "--no-ask")
    assert found.exit_code == 1
    assert what in found.output


@pytest.mark.parametrize(
    ("model", "values", "what"),
    [
        (SandboxPayment, {"refunded_minor": 1}, "refunded, by the gateway"),
        (SandboxTransfer, {"reversed_minor": 0}, "with the seller, by the gateway"),
    ],
)
def test_what_the_gateway_says_otherwise_is_found(shop, order, model, values, what):
    spoil(shop, model, **values)
    assert verify(shop, "--no-ask").exit_code == 0
    assert what in verify(shop).output


def test_a_gateway_that_does_not_answer_is_named(shop, order, monkeypatch):
    def silent(*_args):
        raise base.Unavailable("no answer")

    monkeypatch.setattr(SandboxGateway, "retrieve_payment", silent)
    found = verify(shop)
    assert found.exit_code == 1
    assert f"{order['orderId']}  no answer: no answer" in found.output
