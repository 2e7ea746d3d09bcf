"""Gatehouse as the benchmark runs it: migrated, one Stripe organization, one provider."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import stripe

from app import create_app
from app.extensions import db, use_migrations
from tests import world
from tests.bench import processes
from tests.conftest import environment

SECRET = "whsec_bench"


class Product:
    """An installation on its own database, paying through the stub."""

    def __init__(self, database_url: str, folder: Path, stub: str) -> None:
        from flask_migrate import upgrade

        self.environ = environment(
            database_url,
            folder,
            STRIPE_API_BASE=stub,
            API_RATE_LIMIT="1000000",
            STRIPE_SECRET_KEY="sk_test_bench",
            STRIPE_WEBHOOK_SECRET=SECRET,
        )
        self.app = create_app(self.environ)
        use_migrations(self.app)
        with self.app.app_context():
            upgrade()
        self.shop = world.open_shop(self.app, gateway="stripe")
        self.api_key = self.shop.key
        with self.app.app_context():
            db.engine.dispose()

    def inbound_calls(self, rounds: int, requests: int) -> Iterator:
        """For each round, a function that sends that many new signed events about an order."""
        from sqlalchemy import select

        from app.extensions import reading
        from app.models import Payment

        with self.shop.inside(), reading() as session:
            payment = session.scalars(select(Payment.id).limit(1)).one()
        for number in range(rounds):
            path = Path(self.environ["GATEHOUSE_INSTANCE"]) / f"events-{number}.json"
            path.write_text(json.dumps(self._events(payment, number, requests)))
            yield lambda port, path=path: _send(port, path)

    def _events(self, payment: str, mark: int, requests: int) -> list[tuple[str, str]]:
        made = []
        for number in range(requests):
            body = json.dumps(
                {
                    "id": f"evt_{mark}_{number}",
                    "object": "event",
                    "type": "payment_intent.processing",
                    "livemode": False,
                    "data": {
                        "object": {
                            "id": "pi_bench_1",
                            "object": "payment_intent",
                            "metadata": {"payment_id": payment},
                        }
                    },
                }
            )
            header = stripe.WebhookSignature.generate_signature_header(
                body, SECRET, int(time.time()) + 60
            )
            made.append((body, header))
        return made


def _send(port: int, path: Path) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.inbound", str(port), str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=processes.ROOT,
    )
    return json.loads(done.stdout)
