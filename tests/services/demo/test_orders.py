"""The demo's four weeks of orders: what is in them, and what they leave alone."""

from collections import Counter, defaultdict
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import select

from app import create_app
from app.extensions import db, reading, transaction
from app.kit import clock
from app.kit.tenancy import across_organizations, as_org
from app.models import (
    Attempt,
    Delivery,
    Event,
    Order,
    Organization,
    Payment,
    Refund,
    Task,
    TimelineEntry,
    WebhookEndpoint,
)
from app.services import demo
from app.services.deliveries import outbox
from app.services.demo.held import HELD
from app.services.demo.stories import stories
from tests import world
from tests.conftest import BASE, TEMPLATE, environment
from tests.servers import postgres

TAKEN = outbox.Result(200, None, 5, {}, "")
SELLERS_TASKS = {
    "sandbox.notify",
    "sellers.open",
    "escrow.release",
    "escrow.reverse",
    "refunds.send",
}


@pytest.fixture
def calls(monkeypatch):
    """Webhooks that are really sent."""
    made = []
    monkeypatch.setattr(outbox, "post", lambda url, *_rest: made.append(url))
    return made


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def seeded(request, tmp_path_factory):
    """The demo on each database, made once for the tests that only look; and what was called."""
    calls = []
    folder = tmp_path_factory.mktemp("demo")
    with on(request) as url, pytest.MonkeyPatch.context() as patched:
        patched.setattr(outbox, "post", lambda url, *_rest: calls.append(url) or TAKEN)
        app = create_app(environment(url, folder))
        make(app)
        yield app, calls
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


@contextmanager
def on(request):
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        server.create_database("demo_orders", template=TEMPLATE)
        yield server.url("demo_orders")
        server.drop_database("demo_orders")
        return
    where = postgres.MEMORY if postgres.room_in_memory() else None  # a commit waits for the disk
    with TemporaryDirectory(dir=where) as folder:
        copy = Path(folder) / "gatehouse.sqlite3"
        copy.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
        yield f"sqlite:///{copy}"


def make(app) -> str:
    with app.app_context():
        org_id = demo.ensure()["organizationId"]
        demo.ensure_orders(org_id)
    return org_id


def every(app, model, org_id=None):
    looking = across_organizations("the test asks")
    with app.app_context(), looking, reading() as session:
        found = session.scalars(select(model).order_by(model.id)).all()
    return [one for one in found if org_id is None or one.org_id == org_id]


def of_the_past(app, model):
    """All but what is of today, since a ledger tells of it: the seller's orders."""
    held = {one.id for one in every(app, Order) if one.seller_id}
    found = every(app, model)
    if model is Attempt:
        held = {one.id for one in every(app, Delivery) if one.order_id in held}
        return [one for one in found if one.delivery_id not in held]
    return [one for one in found if (one.id if model is Order else one.order_id) not in held]


def test_every_kind_of_end_is_among_sixty_orders(seeded):
    orders = of_the_past(seeded[0], Order)
    assert Counter(one.status for one in orders) == {
        "paid": 35,
        "failed": 6,
        "expired": 5,
        "cancelled": 4,
        "pending": 3,
        "partially_refunded": 3,
        "refunded": 3,
        "processing": 1,
    }
    assert {one.attention for one in orders} == {None, "paid_late", "amount_mismatch"}
    assert Counter(one.currency for one in orders).most_common(1)[0][0] == "EUR"
    assert all(one.test_mode and one.customer_email.endswith("@example.com") for one in orders)
    assert len({one.item_name for one in orders}) >= 8


def test_they_are_the_same_each_time():
    assert stories() == stories()
    assert [one.external_id for one in stories()] == [f"DEMO-{1001 + n}" for n in range(60)]


def test_nothing_about_them_happened_now(seeded):
    began = clock.now() - timedelta(minutes=40)
    for model in (Order, Payment, Refund, Event, Delivery):
        late = [one for one in of_the_past(seeded[0], model) if one.created_at > began]
        assert late == [], model
        assert [one for one in of_the_past(seeded[0], model) if one.updated_at > began] == [], model
    assert [one for one in of_the_past(seeded[0], TimelineEntry) if one.at > began] == []
    assert [one for one in of_the_past(seeded[0], Attempt) if one.started_at > began] == []
    orders = of_the_past(seeded[0], Order)
    assert min(one.created_at for one in orders) > clock.now() - timedelta(days=29)
    assert [one.created_at for one in orders] == sorted(one.created_at for one in orders), (
        "ids begin with the moment, so a list by id is one by time"
    )
    for one in orders:
        if one.paid_at:
            assert one.created_at < one.paid_at
            is_late = one.attention == "paid_late"
            assert (one.paid_at > one.expires_at) == is_late, one.external_id
    for event in of_the_past(seeded[0], Event):
        assert clock.iso(event.created_at) in event.payload


def test_nobody_is_called_and_only_what_fails_is_still_to_be_sent(seeded):
    assert seeded[1] == []
    deliveries = every(seeded[0], Delivery)
    by_name = defaultdict(list)
    for task in every(seeded[0], Task):
        by_name[task.name].append(task)
    tasks, letters = by_name["deliveries.send"], by_name["mail.send"]
    assert [one.args["kind"] for one in letters] == ["endpoint_off"], "to the demo's own owner"
    assert {one.status for one in deliveries} == {"succeeded", "failed", "paused", "pending"}
    waiting = {one.id: one for one in deliveries if one.status == "pending"}
    assert 1 <= len(waiting) <= 4
    assert {one.args["delivery"] for one in tasks} == set(waiting)
    for task in tasks:
        assert task.due_at > clock.now()
        assert task.due_at == waiting[task.args["delivery"]].next_attempt_at
        assert task.lease_until is None
    by_delivery = Counter(one.delivery_id for one in every(seeded[0], Attempt))
    assert all(by_delivery[one.id] == one.attempts for one in deliveries)
    elsewhere = set(by_name) - {"deliveries.send", "mail.send"}
    assert elsewhere == SELLERS_TASKS, "of today's orders, which go on as any do"
    world.run_tasks(seeded[0])
    assert seeded[1] == [f"{BASE}/demo/webhook"], "the one refund that was still under way"


def test_one_receiver_fails_for_days_and_one_is_gone(seeded):
    own, shaky, gone = every(seeded[0], WebhookEndpoint)
    assert (own.failures, own.disabled_at) == (0, None)
    assert shaky.failures > 0
    assert timedelta(hours=1) < clock.now() - shaky.failing_since < timedelta(days=3)
    assert shaky.disabled_at is None
    assert gone.disabled_reason == "the receiver answered 410 Gone"
    assert gone.disabled_at < clock.now() - timedelta(days=1)


def test_an_organization_that_is_no_demo_gets_none(app, calls):
    shop = world.open_shop(app, name="Demo shop")
    with app.app_context():
        assert demo.ensure_orders(shop.org_id) == 0
    world.open_shop(app, name="Demo tickets")
    with app.app_context():
        assert demo.ensure_orders(shop.org_id) == 0
    assert every(app, Order) == []


def test_it_is_made_once_and_what_others_have_stays_as_it_is(app, calls):
    shop = world.open_shop(app, webhook_url="http://127.0.0.1:9/hook")
    shop.order(20)
    before = [(one.id, one.updated_at) for one in every(app, Order, shop.org_id)]
    with shop.inside(), transaction():
        db.session.add(Task(org_id=shop.org_id, name="sandbox.notify", due_at=clock.now()))
    made = make(app)
    assert [(one.id, one.updated_at) for one in every(app, Order, shop.org_id)] == before
    assert len([one for one in every(app, Task) if one.org_id == shop.org_id]) == 1
    assert len(every(app, Order, made)) == 60 + len(HELD)
    with app.app_context():
        assert demo.ensure_orders(made) == 0
    with app.app_context(), as_org(made), transaction():
        order = db.session.scalars(select(Order).where(Order.external_id == "DEMO-1003")).one()
        order.external_id = "mine"
    with app.app_context():
        assert demo.ensure_orders(made) == 1, "what is missing is made"
    assert len(every(app, Order, made)) == 61 + len(HELD)


def test_where_there_is_no_sandbox_there_are_no_orders(make_app, calls):
    app = make_app(APP_ENV="production", PUBLIC_BASE_URL="https://pay.example.com")
    with app.app_context():
        organization = demo.ensure()["organizationId"]
        assert demo.ensure_orders(organization) == 0
    assert every(app, Organization)[0].is_demo
