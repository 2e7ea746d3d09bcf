"""A provider with one webhook endpoint, and events for it without the detour of a payment."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.extensions import db, reading, transaction
from app.models import Attempt, Delivery, Event, Task, WebhookEndpoint
from app.services import deliveries, events, tasks
from tests import world

PAYLOAD = '{"event":"ping","orderId":"café €"}'


@dataclass
class Hooked:
    """A shop's endpoint: events are left for it, tried, and looked at."""

    shop: world.Shop

    def tell(self) -> str:
        """Leave an event for the endpoint; the delivery's id."""
        with self.shop.inside(), transaction():
            endpoint = db.session.scalars(select(WebhookEndpoint)).one()
            event = Event(provider_id=self.shop.provider_id, type="ping", payload=PAYLOAD)
            db.session.add(event)
            return events.deliver_to(endpoint, event).id

    def try_once(self) -> None:
        """Run the one task that is due, in this thread."""
        with self.shop.inside():
            (task,) = tasks.claim(10)
            deliveries.send(task)

    def try_once_each(self) -> None:
        """Run what is due, one after the other."""
        world.run_serially(self.shop.app)

    def nothing_due(self) -> bool:
        with self.shop.inside():
            return tasks.claim(10) == []

    def delivery(self, id_: str | None = None) -> Delivery:
        with self.shop.inside(), reading() as session:
            query = select(Delivery)
            return session.scalars(query.where(Delivery.id == id_) if id_ else query).one()

    def unfinished(self) -> list[Task]:
        with self.shop.inside(), reading() as session:
            return list(session.scalars(select(Task)).all())

    def delivery_statuses(self) -> list[str]:
        with self.shop.inside(), reading() as session:
            return sorted(session.scalars(select(Delivery.status)).all())

    def change_delivery(self, id_: str, **values: Any) -> None:
        with self.shop.inside(), transaction():
            for name, value in values.items():
                setattr(db.session.get_one(Delivery, id_), name, value)

    def attempts(self) -> list[Attempt]:
        with self.shop.inside(), reading() as session:
            return list(session.scalars(select(Attempt).order_by(Attempt.number)).all())

    def endpoint(self) -> WebhookEndpoint:
        with self.shop.inside(), reading() as session:
            return session.scalars(select(WebhookEndpoint)).one()

    def change(self, **values: Any) -> None:
        """Write columns of the endpoint."""
        with self.shop.inside(), transaction():
            endpoint = db.session.scalars(select(WebhookEndpoint)).one()
            for name, value in values.items():
                setattr(endpoint, name, value)


def hook(app, httpserver) -> Hooked:
    opened = world.open_shop(app, webhook_url=httpserver.url_for("/hook"))
    return Hooked(opened)


@pytest.fixture
def hooked(on_both, httpserver) -> Hooked:
    return hook(on_both, httpserver)


@pytest.fixture
def frozen(time_machine):
    """A clock that stands still until it is moved; call it with seconds."""
    start = datetime(2026, 3, 1, 12, tzinfo=UTC)
    time_machine.move_to(start, tick=False)
    moved = [0.0]

    def move(seconds: float) -> None:
        moved[0] += seconds
        time_machine.move_to(start + timedelta(seconds=moved[0]), tick=False)

    move.start = start
    return move


@pytest.fixture
def answering(httpserver):
    """Make the receiver answer each POST with this."""

    def answer(status: int = 204, headers: dict[str, str] | None = None, body: Any = "") -> None:
        httpserver.clear_all_handlers()
        httpserver.expect_request("/hook").respond_with_data(body, status=status, headers=headers)

    return answer
