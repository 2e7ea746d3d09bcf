"""What a customer keeps: there once it is paid, and true of what went back."""

import re

import pytest
from sqlalchemy import select

from app.extensions import db, transaction
from app.models import Organization, Payment, Refund
from tests import world


@pytest.fixture
def paid(on_both):
    shop = world.open_shop(on_both)
    order = shop.order("100.00", itemName="A chair", itemDescription="By the window")
    shop.pay(order)
    return shop, order


def page_of(app, order, lang="en"):
    return app.test_client().get(f"/checkout/o/{order['token']}/receipt?lang={lang}")


def facts_of(response) -> dict[str, str]:
    """What stands in the lists, by what it is called."""
    assert response.status_code == 200
    plain = re.compile(r"<[^>]+>")
    rows = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", response.text, re.DOTALL)
    return {plain.sub("", name): plain.sub("", value).strip() for name, value in rows}


def test_it_says_what_was_bought_from_whom_and_how_it_was_paid(paid):
    shop, order = paid
    with shop.inside(), transaction():
        db.session.get_one(Organization, shop.org_id).support_email = "help@acme.example"
    response = page_of(shop.app, order)
    facts = facts_of(response)
    assert (facts["Item"], facts["Description"]) == ("A chair", "By the window")
    assert (facts["Sold by"], facts["Order"]) == ("Acme", order["orderId"])
    assert (facts["Paid with"], facts["Total"]) == ("Test payment · Sandbox", "$100.00")
    assert "mailto:help@acme.example" in response.text
    assert "Bitloader" in response.text
    assert "Refunds" not in response.text


def test_its_date_is_written_in_the_language_of_the_checkout(paid):
    shop, order = paid
    english, portuguese = (facts_of(page_of(shop.app, order, one)) for one in ("en", "pt-PT"))
    assert "Pago em" in portuguese
    assert english["Paid on"] != portuguese["Pago em"]
    assert 'lang="pt-PT"' in page_of(shop.app, order, "pt-PT").text


def test_refunds_stand_on_it_and_what_is_left(paid):
    shop, order = paid
    assert shop.refund(order, 30).status_code == 200
    world.run_tasks(shop.app)
    facts = facts_of(page_of(shop.app, order))
    assert "$30.00" in facts.values()
    assert facts["Paid in the end"] == "$70.00"
    shop.refund(order)
    world.run_tasks(shop.app)
    facts = facts_of(page_of(shop.app, order))
    assert (facts["Paid in the end"], facts["Total"]) == ("$0.00", "$100.00")


@pytest.mark.parametrize("status", ["pending", "unknown"])
def test_one_that_is_under_way_is_not_called_given_back(paid, status):
    shop, order = paid
    _refund(shop, order, status)
    page = page_of(shop.app, order)
    assert "On its way" in page.text
    assert "Paid in the end" not in page.text


def test_one_that_failed_is_not_on_it(paid):
    shop, order = paid
    _refund(shop, order, "failed")
    assert "Refunds" not in page_of(shop.app, order).text


def test_what_was_given_back_elsewhere_is_on_it_too(paid):
    shop, order = paid
    with shop.inside(), transaction():
        db.session.get_one(Payment, _payment_in(order)).refunded_minor = 2500
    facts = facts_of(page_of(shop.app, order))
    assert facts["Given back by Sandbox"] == "$25.00"
    assert facts["Paid in the end"] == "$75.00"


def test_the_button_waits_for_javascript(paid):
    shop, order = paid
    assert re.search(r"<button[^>]+ hidden data-js data-print>", page_of(shop.app, order).text)


def test_before_the_payment_there_is_the_page_to_pay_on(shop):
    order = shop.order(20)
    response = page_of(shop.app, order, "pt-PT")
    assert response.status_code == 303
    assert response.location.endswith(f"/checkout/o/{order['token']}?lang=pt-PT")


def test_an_order_that_was_cancelled_has_none(shop):
    order = shop.order(20)
    shop.cancel(order)
    assert page_of(shop.app, order).status_code == 303


def test_a_token_of_nothing_has_none(client):
    assert client.get(f"/checkout/o/{'0' * 32}/receipt").status_code == 404


def _refund(shop, order, status: str) -> None:
    with shop.inside(), transaction():
        refund = Refund(
            order_id=order["orderId"],
            payment_id=_payment_in(order),
            amount_minor=1000,
            currency="USD",
            status=status,
        )
        db.session.add(refund)


def _payment_in(order) -> str:
    return db.session.scalars(select(Payment.id).where(Payment.order_id == order["orderId"])).one()
