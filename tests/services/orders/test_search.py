"""Any id leads to its order; the beginning of a text to orders that have it."""

import pytest

from app.extensions import db, transaction
from app.models import Refund
from app.services.orders import listing, search
from app.services.orders.filters import Filter
from tests import orders, world


@pytest.fixture
def shop(on_both):
    return world.open_shop(on_both)


def add_refund(shop, order_id, payment_id):
    refund = Refund(order_id=order_id, payment_id=payment_id, amount_minor=1, currency="EUR")
    with shop.inside(), transaction():
        db.session.add(refund)
    return refund.id


def test_every_id_of_an_order_leads_to_it(shop):
    orders.add(shop)
    order = orders.add(shop, external_id="shop-77")
    payment = orders.add_payment(
        shop, order, gateway_ref="cs_test_1", gateway_payment_id="pi_1", scope_owner=shop.org_id
    )
    refund = add_refund(shop, order, payment)
    for text in (order, order.lower(), payment, refund, "shop-77", "cs_test_1", "pi_1"):
        with shop.inside():
            assert list(search.having_id(text)) == [order], text


def test_a_payments_short_reference_leads_to_its_order(shop):
    from app.kit.tokens import short

    order = orders.add(shop)
    payment = orders.add_payment(shop, order)
    with shop.inside():
        assert list(search.having_id(short(payment).upper())) == [order]


def test_an_external_id_may_lead_to_several(shop):
    made = orders.add_several(shop, *[{"external_id": "cart"}] * 3)
    with shop.inside():
        assert list(search.having_id("cart")) == made[::-1]


def test_ids_of_another_organization_lead_nowhere(shop):
    theirs = world.open_shop(shop.app, org="Theirs")
    order = orders.add(theirs, external_id="theirs-1", item_name="Secret")
    payment = orders.add_payment(theirs, order, gateway_ref="cs_theirs")
    for text in (order, payment, "theirs-1", "cs_theirs"):
        with shop.inside():
            assert list(search.having_id(text)) == [], text
    with shop.inside():
        assert search.beginning_with(Filter(), "secret").ids == ()


@pytest.mark.parametrize("few", [500, 2])
def test_a_beginning_finds_items_and_addresses_whatever_their_case(shop, monkeypatch, few):
    monkeypatch.setattr(search, "FEW", few)
    orders.add(shop, item_name="A chair")
    made = orders.add_several(
        shop,
        {"item_name": "CHAIR of oak"},
        {"customer_email": "Chairman@example.com"},
        {"item_name": "chair"},
    )
    with shop.inside():
        wanted = search.beginning_with(Filter(), "Chair")
        assert [one.id for one in listing.page(wanted).orders] == made[::-1]
    assert bool(wanted.begins) == (few == 2)


def test_a_beginning_is_found_within_what_is_filtered(shop):
    orders.add(shop, item_name="Água")
    paid = orders.add(shop, item_name="Água", status="paid")
    with shop.inside():
        wanted = search.beginning_with(Filter(status="paid"), "Água")
        assert [one.id for one in listing.page(wanted).orders] == [paid]
