"""Deliveries tried again by hand, and events with several endpoints."""

import pytest
from sqlalchemy import select

from app.extensions import db, transaction
from app.kit.errors import Conflict, NotFound
from app.models import DeliveryStatus
from app.services import deliveries, events
from tests import world


def test_redelivering_tries_once_more_and_only_once(hooked, answering, httpserver, later):
    answering(204)
    id_ = hooked.tell()
    hooked.try_once()
    answering(500)
    with hooked.shop.inside():
        deliveries.redeliver(id_)
        with pytest.raises(Conflict):
            deliveries.redeliver(id_)
    hooked.try_once()
    assert hooked.delivery().status == DeliveryStatus.failed
    later(100_000)
    assert hooked.nothing_due()
    assert [one.trigger for one in hooked.attempts()] == ["schedule", "manual"]
    assert len({request.headers["webhook-id"] for request, _ in httpserver.log}) == 1


def test_nothing_is_redelivered_to_a_disabled_endpoint_or_for_strangers(hooked, on_both, answering):
    answering(410)
    id_ = hooked.tell()
    hooked.try_once()
    with hooked.shop.inside(), pytest.raises(Conflict):
        deliveries.redeliver(id_)
    with world.open_shop(on_both, org="Globex").inside(), pytest.raises(NotFound):
        deliveries.redeliver(id_)


def test_each_endpoint_that_wants_an_event_gets_its_own_delivery(hooked, httpserver, answering):
    answering(204)
    from app.models import Event, WebhookEndpoint
    from app.services import providers

    with hooked.shop.inside(), transaction():
        providers.add_endpoint(hooked.shop.provider_id, httpserver.url_for("/hook"), ("ping",))
    with hooked.shop.inside(), transaction():
        event = Event(provider_id=hooked.shop.provider_id, type="ping", payload="{}")
        db.session.add(event)
        for endpoint in db.session.scalars(select(WebhookEndpoint)).all():
            events.deliver_to(endpoint, event)
    world.run_tasks(hooked.shop.app)
    assert len(httpserver.log) == 2
    signatures = {request.headers["webhook-signature"] for request, _ in httpserver.log}
    assert len(signatures) == 2  # each with the endpoint's own secret
