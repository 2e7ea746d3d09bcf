"""The house with its demo in it, at one fixed moment, with chance that is the same each time."""

import os
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
import time_machine
from flask import Flask, Response, render_template, request, url_for
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from app.extensions import db, reading, use_migrations
from app.kit.tenancy import as_org
from app.models import Delivery, Order, Payment, WebhookEndpoint
from app.services import demo, exports
from app.services.orders.filters import Filter
from tests.browser.states import BITCOIN, TOKEN, states
from tests.merchant import Merchant

__all__ = ["MOMENT", "House", "open_house"]

BEGUN = datetime(2026, 11, 20, 10, 23, tzinfo=UTC)  # when the demo is made
MOMENT = datetime(2026, 11, 20, 10, 24, tzinfo=UTC)  # when it is looked at
PORT = 5998  # stands in addresses, so it is the same each time


@dataclass(frozen=True)
class House:
    """What is served, and whose pages can be looked at."""

    app: Flask
    base: str
    cookie: str  # of the demo's owner, signed in
    ids: dict[str, str]  # by what routes call them
    tokens: dict[str, str]  # of the checkout of one order in each state


@contextmanager
def open_house(folder: Path) -> Iterator[House]:
    """Serve the demo out of an empty folder, until the block ends."""
    with time_machine.travel(BEGUN, tick=False) as clock, _the_same_chance(clock):
        app = create_app(_environment(folder))
        with app.app_context():
            use_migrations(app)
            _migrate()
            known = demo.ensure()
            demo.ensure_orders(known["organizationId"])
        clock.move_to(MOMENT, tick=False)
        _add_states(app)
        with _served(app) as base:
            ids, tokens = _named(app, known)
            yield House(app, base, _signed_in(app, known), ids, tokens)


def _environment(folder: Path) -> dict[str, str]:
    return {
        "APP_ENV": "development",
        "SECRET_KEY": "pictures-cookie-key-9f8e7d6c5b4a39281706",
        "INTEGRATION_ENCRYPTION_KEY": "pictures-sealing-key-0a1b2c3d4e5f6071",
        "DATABASE_URL": f"sqlite:///{folder / 'pictures.sqlite3'}",
        "GATEHOUSE_INSTANCE": str(folder),
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{PORT}",
        "LOG_LEVEL": "error",
    }


def _migrate() -> None:
    from flask_migrate import upgrade

    upgrade()
    for engine in db.engines.values():
        engine.dispose()


@contextmanager
def _the_same_chance(clock: Any) -> Iterator[None]:
    """All ids, tokens and keys come from the system's random bytes; here from a seed. A millisecond
    passes with each, so that ids sort in the order they were made in."""
    dice, real = random.Random("gatehouse pictures"), (os.urandom, random._urandom)

    def next_bytes(number: int) -> bytes:
        clock.shift(timedelta(milliseconds=1))
        return dice.randbytes(number)

    os.urandom = random._urandom = next_bytes
    try:
        yield
    finally:
        os.urandom, random._urandom = real


class _Silent(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Say nothing of each request."""


@contextmanager
def _served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", PORT, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{PORT}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _add_states(app: Flask) -> None:
    """What is hard to reach by paying at the sandbox, drawn as the tests draw it; their order is
    in no database, so the picture of its code is drawn here."""

    @app.before_request
    def code() -> Response | None:
        if request.path != url_for("checkout.qr", token=TOKEN):
            return None
        drawn = BytesIO()
        segno.make_qr("bitcoin:" + BITCOIN).save(drawn, kind="svg", scale=8, border=2)
        return Response(drawn.getvalue(), mimetype="image/svg+xml")

    @app.get("/_state/<name>")
    def state(name: str) -> str:
        return render_template("checkout/page.html", **dict(states())[name])


def _signed_in(app: Flask, known: dict[str, str]) -> str:
    owner = Merchant(app)
    assert owner.sign_in(known["email"], known["password"]).status_code == 303
    cookie = owner.client.get_cookie("gh")
    assert cookie is not None
    return cookie.value


def _named(app: Flask, known: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    with app.app_context(), as_org(known["organizationId"]), reading() as session:
        newest = session.scalars(select(Order).order_by(Order.id.desc())).all()
        by_status = {one.status: one for one in reversed(newest) if one.seller_id is None}
        failed = select(Delivery).where(Delivery.status == "failed").order_by(Delivery.id.desc())
        delivery = session.scalars(failed).first() or session.scalars(select(Delivery)).first()
        open_ = select(Payment).where(Payment.order_id == by_status["pending"].id)
        endpoint = session.scalars(select(WebhookEndpoint).order_by(WebhookEndpoint.id)).first()
        payment = session.scalars(open_).first()
        for_sellers = {one.external_id: one for one in newest if one.seller_id}
    with app.app_context(), as_org(known["organizationId"]):
        export_id = exports.start(Filter(), ["order_id"], "UTC", actor=known["email"])
    ids = {
        "slug": "demo-shop",
        "order_id": by_status["partially_refunded"].id,
        "paid_id": by_status["paid"].id,
        "seller_id": for_sellers["DEMO-2003"].seller_id,
        "freed_id": for_sellers["DEMO-2003"].id,
        "disputed_id": for_sellers["DEMO-2004"].id,
        "delivery_id": delivery.id,
        "endpoint_id": endpoint.id,
        "export_id": export_id,
        "service": "stripe",
        "sandbox_id": payment.gateway_ref,
    }
    return ids, {status: one.token for status, one in by_status.items()}
