"""An installation of several processes: database, Redis, workers, and a provider who is told."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.extensions import db, reading, transaction
from app.models import Delivery, Event, Task, WebhookEndpoint
from app.services import events
from tests import world
from tests.conftest import environment
from tests.faults.receiver import Receiver
from tests.faults.worker import Worker, eventually
from tests.servers import valkey


@dataclass
class Installation:
    """What the web server would do happens in the test's process; the workers are their own."""

    app: Flask
    environ: dict[str, str]
    folder: Path
    receiver: Receiver
    shop: world.Shop

    def worker(self, **options) -> Worker:
        return Worker(self.environ, self.folder, **options)

    def tell(self, how_many: int = 1) -> None:
        """Commit events, each with its bell."""
        for _ in range(how_many):
            with self.shop.inside(), transaction():
                endpoint = db.session.scalars(select(WebhookEndpoint)).one()
                event = Event(provider_id=self.shop.provider_id, type="ping", payload="{}")
                db.session.add(event)
                events.deliver_to(endpoint, event)

    def event_ids(self) -> set[str]:
        with self.shop.inside(), reading() as session:
            return set(session.scalars(select(Event.id)).all())

    def deliveries(self) -> dict[str, int]:
        """How many deliveries there are in each state."""
        with self.shop.inside(), reading() as session:
            query = select(Delivery.status, func.count()).group_by(Delivery.status)
            return dict(session.execute(query).all())

    def tasks_left(self) -> int:
        with self.app.app_context(), reading() as session:
            return session.scalar(select(func.count()).select_from(Task))

    def all_recorded(self, how_many: int, seconds: float = 40) -> bool:
        return eventually(lambda: self.deliveries() == {"succeeded": how_many}, seconds)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as one:
        yield one


@pytest.fixture
def redis_server():
    """A Redis of this test's own, which is killed and emptied."""
    with valkey.start() as server:
        yield server


@pytest.fixture
def install(make_app, database_url, tmp_path, receiver):
    def make(redis_url: str = "", **more: str) -> Installation:
        more["REDIS_URL"] = redis_url
        app = make_app(**more)
        return Installation(
            app,
            environment(database_url, tmp_path, **more),
            tmp_path,
            receiver,
            world.open_shop(app, webhook_url=receiver.url),
        )

    return make


@pytest.fixture
def with_redis(install, redis_server) -> Installation:
    return install(redis_server.url)


@pytest.fixture(params=["Redis", "no Redis"])
def installation(request, install) -> Installation:
    """Both ways to run."""
    if request.param == "Redis":
        return install(request.getfixturevalue("redis_server").url)
    return install()
