"""`python -m tests.bench.deliveries`: our deliveries and an RQ worker that only POSTs, interleaved.

Ours include every claim, attempt row, signature and finish, on PostgreSQL; the RQ worker has
nothing but its own bookkeeping in Redis. One process each, the same receiver. Ends with 1 when a
goal is missed.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from app import create_app
from app.extensions import db, transaction
from app.jobs.drain import Drainer
from app.kit.tenancy import as_org
from app.models import Event, WebhookEndpoint
from app.services import credentials, events
from tests import world
from tests.bench import processes
from tests.servers import postgres, valkey

DELIVERIES = 600
ENDPOINTS = 20
ROUNDS = 3
THREADS = 16
SLOW = 200  # milliseconds
OVER_RQ = 1.5
OF_THE_THREADS = 0.8
PAYLOAD = '{"event":"payment_succeeded","orderId":"ord_1","amount":19.99}'.ljust(500)


class Deliverer:
    """An installation with twenty endpoints, drained in this very process."""

    def __init__(self, database_url: str, folder: Path, port: int) -> None:
        from flask_migrate import upgrade

        from app.extensions import use_migrations
        from tests.conftest import environment

        self.app = create_app(environment(database_url, folder))
        use_migrations(self.app)
        with self.app.app_context():
            upgrade()
        self.shop = world.open_shop(self.app)
        with self.shop.inside(), transaction():
            for number in range(ENDPOINTS):
                self._add_endpoint(f"http://127.0.0.1:{port}/{number}")
        self.drainer = Drainer(self.app, THREADS)

    def _add_endpoint(self, url: str) -> None:
        endpoint = WebhookEndpoint(provider_id=self.shop.provider_id, url=url, events=[])
        endpoint.secret = credentials.seal(
            "whsec_" + "QUFB" * 8,
            table="webhook_endpoints",
            owner=endpoint.id,
            service="webhook",
            field="secret",
        )
        db.session.add(endpoint)

    def fill(self, how_many: int) -> None:
        """Leave that many deliveries to be made, spread over the endpoints."""
        from sqlalchemy import select

        with self.app.app_context(), as_org(self.shop.org_id), transaction():
            endpoints = db.session.scalars(select(WebhookEndpoint)).all()
            for number in range(how_many):
                event = Event(
                    provider_id=self.shop.provider_id, type="ping", sequence=None, payload=PAYLOAD
                )
                db.session.add(event)
                events.deliver_to(endpoints[number % ENDPOINTS], event)

    def run(self, how_many: int) -> tuple[float, float]:
        """Deliver that many; a second's number and the CPU milliseconds of each."""
        self.fill(how_many)
        begun, spent = time.perf_counter(), time.process_time()
        done = self.drainer.drain(120)
        seconds, spent = time.perf_counter() - begun, time.process_time() - spent
        if done != how_many:
            raise SystemExit(f"{done} of {how_many} tasks were run")
        return how_many / seconds, spent / how_many * 1000


def post_once(url: str) -> None:
    """What the RQ worker runs: the POST alone, over a connection that is kept."""
    SESSION.post(url, data=PAYLOAD, headers={"Content-Type": "application/json"}, timeout=10)


def rq_worker(redis_url: str) -> None:
    """The process that is compared: an RQ SimpleWorker that leaves when its queue is empty."""
    import requests
    from redis import Redis
    from rq import Queue, SimpleWorker
    from rq.serializers import JSONSerializer

    global SESSION
    SESSION = requests.Session()
    SESSION.trust_env = False
    connection = Redis.from_url(redis_url)
    queue = Queue("bench", connection=connection, serializer=JSONSerializer)
    worker = SimpleWorker([queue], connection=connection, serializer=JSONSerializer)
    begun, spent = time.perf_counter(), time.process_time()
    worker.work(burst=True, logging_level="ERROR")
    print(time.perf_counter() - begun, time.process_time() - spent)


def run_rq(redis_url: str, url: str, how_many: int) -> tuple[float, float]:
    """The same figures for RQ."""
    from redis import Redis
    from rq import Queue
    from rq.serializers import JSONSerializer

    with Redis.from_url(redis_url) as connection:
        queue = Queue("bench", connection=connection, serializer=JSONSerializer)
        calls = [
            Queue.prepare_data("tests.bench.deliveries.post_once", (url,), result_ttl=0)
            for _ in range(how_many)
        ]
        queue.enqueue_many(calls)
    code = f"from tests.bench import deliveries; deliveries.rq_worker({redis_url!r})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=processes.ROOT,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    seconds, spent = map(float, done.stdout.split())
    return how_many / seconds, spent / how_many * 1000


@contextmanager
def receiver(milliseconds: int):
    port = processes.free_port()
    command = [sys.executable, "-m", "tests.bench.stub", str(port), str(milliseconds)]
    with processes.running(command, {}, port):
        yield port


def main() -> int:
    """Measure, print, and say with 0 or 1 whether both goals were met."""
    with (
        postgres.start() as server,
        valkey.start() as redis,
        tempfile.TemporaryDirectory() as folder,
    ):
        server.create_database("fast")
        server.create_database("slow")
        fast = _beside_rq(server.url("fast"), redis.url, Path(folder))
        slow = _at_a_slow_receiver(server.url("slow"), Path(folder))
    return 0 if fast >= OVER_RQ and slow >= OF_THE_THREADS else 1


def _beside_rq(database_url: str, redis_url: str, folder: Path) -> float:
    with receiver(0) as port:
        ours = Deliverer(database_url, folder, port)
        url = f"http://127.0.0.1:{port}/"
        ours.run(100), run_rq(redis_url, url, 100)  # warm
        pairs = [(ours.run(DELIVERIES), run_rq(redis_url, url, DELIVERIES)) for _ in range(ROUNDS)]
        ours.drainer.close()
    for name, one in (("deliveries", 0), ("RQ SimpleWorker, POST alone", 1)):
        rate = statistics.median(pair[one][0] for pair in pairs)
        cost = statistics.median(pair[one][1] for pair in pairs)
        print(f"{name}: {rate:.0f}/s, {cost:.2f} ms CPU each")
    ratio = statistics.median(mine[0] / theirs[0] for mine, theirs in pairs)
    print(f"  ratio of the rates {ratio:.2f} (goal {OVER_RQ})")
    return ratio


def _at_a_slow_receiver(database_url: str, folder: Path) -> float:
    with receiver(SLOW) as port:
        ours = Deliverer(database_url, folder, port)
        ours.run(64)
        rate, _ = ours.run(400)
        ours.drainer.close()
    limit = THREADS / (SLOW / 1000)
    print(f"receiver takes {SLOW} ms, {THREADS} threads: {rate:.0f}/s of {limit:.0f}/s possible")
    print(f"  ratio {rate / limit:.2f} (goal {OF_THE_THREADS})")
    return rate / limit


if __name__ == "__main__":
    sys.exit(main())
