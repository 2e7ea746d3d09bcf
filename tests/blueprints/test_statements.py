"""Every page asks the database as often about a dozen rows of everything as about three."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select, update

from app.extensions import db, reading, transaction
from app.kit import clock
from app.models import Attempt, Delivery, Payment, Payout, Role, WebhookEndpoint
from app.services import api_keys, exports, providers, webhook_endpoints
from app.services.orders import noting
from app.services.orders.filters import Filter
from tests import orders, world
from tests.blueprints.test_merchants import path_of, rules
from tests.escrow import ask as ask_for
from tests.escrow import held, make_seller
from tests.merchant import Merchant, person

FEW, MANY = 3, 12
URL = "http://127.0.0.1:9/hook"
# A picture, a part of a page, a file, and what only they see who have a second factor.
NO_PAGES = {"auth.picture", "providers.show_preview", "orders.download", "auth.confirm_by_code"}


class Everything:
    """An organization that can be given more of all there is."""

    def __init__(self, app) -> None:
        self.app, self.number = app, 0
        self.shop = world.open_shop(app, webhook_url=URL)
        self.owner = person(app)
        self.seller_id = make_seller(self.shop)
        self.order = self.shop.order(500, escrow={"sellerId": self.seller_id})
        self.shop.pay(self.order)
        with self.shop.inside(), reading() as session:
            self.payment_id = session.scalars(select(Payment.id)).one()
            self.delivery_id = session.scalars(select(Delivery.id)).first()
            self.endpoint_id = session.scalars(select(WebhookEndpoint.id)).one()
            self.export_id = ""

    def grow(self, number: int) -> None:
        """Have `number` of each kind, where there is a limit as many as it lets in."""
        for one in range(self.number, number):
            self._add_people(one)
            with self.shop.inside():
                self._add_ways(one)
                self._add_records(one)
            order_id = orders.add(self.shop, attention="payment_unknown", status="processing")
            orders.add_payment(self.shop, order_id, status="unknown", is_live=True)
            self._add_to_the_order(one)
            self._add_what_is_held(one)
        with self.shop.inside(), transaction():
            failing = {"failing_since": clock.now(), "failures": 20}
            db.session.execute(update(WebhookEndpoint).values(**failing))
        self.number = number

    def _add_people(self, one: int) -> None:
        person(self.app, Role.viewer, email=f"viewer{one}@acme.example")
        browser = Merchant(self.app, f"192.0.2.{100 + one}")
        assert browser.sign_in("owner@acme.example").status_code == 303
        inviting = self.owner.post(
            "/settings/members", email=f"new{one}@acme.example", role="viewer"
        )
        assert inviting.status_code in {200, 303, 429}

    def _add_ways(self, one: int) -> None:
        provider_id = self.shop.provider_id
        providers.create(name=f"Shop {one}", gateway="sandbox", webhook_url=f"{URL}/{one}")
        api_keys.add(provider_id, ("payments",), actor="test")
        webhook_endpoints.add(provider_id, f"{URL}/more/{one}", ["ping"], actor="test")

    def _add_what_is_held(self, one: int) -> None:
        make_seller(self.shop, name=f"Seller {one}")
        held(self.shop, 20, self.seller_id)
        with self.shop.inside(), transaction():
            db.session.add(Payout(seller_id=self.seller_id, amount_minor=1, currency="USD"))

    def _add_records(self, one: int) -> None:
        self.export_id = exports.start(Filter(), ["order_id"], "UTC", actor="test")
        noting.note(self.order["orderId"], f"Note {one}", actor="test")
        now = clock.now()
        with transaction():
            db.session.add(
                Attempt(
                    delivery_id=self.delivery_id, number=100 + one, started_at=now, ended_at=now,
                    status_code=500, error="E_STATUS", duration_ms=5, request_headers={"a": "b"},
                )
            )  # fmt: skip

    def _add_to_the_order(self, one: int) -> None:
        orders.add_payment(self.shop, self.order["orderId"], status="failed", is_live=False)
        assert self.shop.refund(self.order, 1, **{"Idempotency-Key": f"r{one}"}).status_code < 300
        assert ask_for(self.shop, self.order, "release", {"amount": 1}).status_code == 200

    def pages(self) -> list[str]:
        ids = {
            "order_id": self.order["orderId"],
            "delivery_id": self.delivery_id,
            "endpoint_id": self.endpoint_id,
            "export_id": self.export_id,
            "seller_id": self.seller_id,
        }
        found = [one for one in rules(self.app) if "GET" in one.methods]
        return sorted(path_of(one, **ids) for one in found if one.endpoint not in NO_PAGES)


@contextmanager
def statements(app) -> Iterator[list[str]]:
    """What the database is asked while the block runs."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def everything(make_app, time_machine):
    time_machine.move_to(clock.now(), tick=False)  # no session is noted as used in between
    return Everything(make_app(SIGNUP="open"))


def ask(everything, path: str) -> list[str]:
    with statements(everything.app) as seen:
        response = everything.owner.get(path)
    assert response.status_code == 200, path
    return seen


def test_no_page_asks_once_more_for_each_row(everything):
    everything.grow(FEW)
    few = {path_name(path): ask(everything, path) for path in everything.pages()}
    everything.grow(MANY)
    many = {path_name(path): ask(everything, path) for path in everything.pages()}
    more = {
        path: [one for one in many[path] if many[path].count(one) > few[path].count(one)][:2]
        for path in few
        if len(many[path]) != len(few[path])
    }
    assert more == {}
    assert len(few) > 25


def path_name(path: str) -> str:
    """An address without the id of an export, of which there is a newest one."""
    return path.rpartition("/exp_")[0] or path
