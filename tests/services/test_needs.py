"""What waits for a person, and what does not."""

import pytest
from sqlalchemy import select, update

from app.extensions import changed, db, transaction
from app.kit import clock
from app.models import CredentialNote, Order, WebhookEndpoint
from app.services import integrations, needs, webhook_endpoints
from tests import world


@pytest.fixture
def shop(on_both):
    return world.open_shop(on_both, webhook_url="http://127.0.0.1:9/hook")


def look(shop, *, test_mode=True):
    with shop.inside():
        return needs.look(test_mode, integrations.cards())


def set_(shop, model, **values):
    with shop.inside(), transaction():
        changed(update(model).values(**values))


def test_nothing_waits_where_all_is_well(shop):
    shop.order(20)
    assert look(shop).is_empty


def test_the_newest_orders_are_named_and_all_are_counted(shop):
    ids = [shop.order(20)["orderId"] for _ in range(7)]
    set_(shop, Order, attention="paid_late")
    shop.order(20)
    found = look(shop)
    assert [one.id for one in found.orders] == ids[:1:-1]
    assert found.orders_in_all == 7
    assert look(shop, test_mode=False).is_empty, "test orders are not among the live ones"


@pytest.mark.parametrize(("failures", "is_named"), [(4, False), (5, True)])
def test_a_receiver_that_fails_more_often_than_a_restart_takes_is_named(shop, failures, is_named):
    set_(shop, WebhookEndpoint, failures=failures, failing_since=clock.now())
    assert bool(look(shop).receivers) is is_named


def test_a_receiver_that_was_switched_off_is_named_unless_somebody_did_it(shop):
    set_(shop, WebhookEndpoint, disabled_at=clock.now(), disabled_reason="answered 410 Gone")
    (found,) = look(shop).receivers
    assert (found.endpoint.url, found.provider.id) == ("http://127.0.0.1:9/hook", shop.provider_id)
    with shop.inside():
        webhook_endpoints.disable(shop.provider_id, found.endpoint.id, actor="ada")
    assert look(shop).is_empty


def test_an_integration_whose_keys_were_refused_is_named(shop):
    world.connect_stripe(shop)
    set_(shop, CredentialNote, refused_at=clock.now())
    assert [one.spec.key for one in look(shop).cards] == ["stripe"]


def test_what_waits_elsewhere_is_not_named(on_both, shop):
    shop.order(20)
    set_(shop, Order, attention="paid_late")
    assert look(world.open_shop(on_both, org="Other")).is_empty
    with shop.inside(), transaction():
        assert len(db.session.scalars(select(Order)).all()) == 1
