"""The operator's door: /readyz for anybody, /metrics for who holds the token."""

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from app.extensions import db, transaction
from app.kit import clock
from app.kit.crypto import Sealed
from app.models import IntegrationConfig, Task, WebhookEndpoint
from app.services import doctor, tasks
from tests import world

TOKEN = "metrics-token-6f5e4d3c2b1a"


# --- metrics


@pytest.fixture
def watched(make_app):
    return make_app(METRICS_TOKEN=TOKEN)


def metrics(app, authorization=f"Bearer {TOKEN}"):
    headers = {} if authorization is None else {"Authorization": authorization}
    return app.test_client().get("/metrics", headers=headers)


def figures(app) -> dict[tuple[str, ...], float]:
    """Each sample by its name and its labels' values."""
    families = text_string_to_metric_families(metrics(app).text)
    return {
        (one.name, *one.labels.values()): one.value for family in families for one in family.samples
    }


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_token_opens_the_figures(watched, scheme):
    response = metrics(watched, f"{scheme} {TOKEN}")
    assert response.status_code == 200
    assert response.content_type == "text/plain; version=1.0.0; charset=utf-8"


@pytest.mark.parametrize(
    "authorization",
    [None, "", TOKEN, f"Basic {TOKEN}", f"Bearer{TOKEN}", "Bearer", "Bearer ", f"Bearer {TOKEN}x",
     f"Bearer {TOKEN[:-1]}", "Bearer wrong", f"Token {TOKEN}"],
)  # fmt: skip
def test_nothing_else_does(watched, authorization):
    response = metrics(watched, authorization)
    assert response.status_code == 404
    assert "gatehouse_" not in response.text


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Bearer x"])
def test_without_a_token_in_the_environment_they_are_closed(app, authorization):
    assert metrics(app, authorization).status_code == 404


def test_an_empty_house_counts_nothing(make_app, on_both):
    app = make_app(url_of(on_both), METRICS_TOKEN=TOKEN)
    assert figures(app) == {
        ("gatehouse_task_wait_seconds",): 0,
        ("gatehouse_deliveries_pending",): 0,
    }


def url_of(app):
    with app.app_context():
        return db.engine.url.render_as_string(hide_password=False)


def test_the_figures_are_those_of_the_database(make_app, on_both, later):
    app = make_app(url_of(on_both), METRICS_TOKEN=TOKEN)
    old = world.open_shop(app)
    old.order(5)
    later(25 * 3600)
    shop = world.open_shop(app, org="Globex", webhook_url="http://127.0.0.1:9/hook")
    for _ in range(2):
        shop.order(5)
    shop.cancel(shop.order(5))
    with shop.inside(), transaction():
        tasks.add("orders.expire", {"order": "ord_x"}, due=clock.after(-120))
        tasks.add("orders.expire", {"order": "ord_y"}, due=clock.after(600))
        tasks.add("refunds.send", {"refund": "rfd_x"})
        db.session.flush()
        row = db.session.scalars(select(Task).where(Task.name == "refunds.send")).one()
        row.dead_at = clock.now()

    found = figures(app)

    assert found.pop(("gatehouse_task_wait_seconds",)) == pytest.approx(120, abs=30)
    assert found["gatehouse_orders_last_day", "pending"] == 2
    assert found["gatehouse_orders_last_day", "cancelled"] == 1
    assert found["gatehouse_tasks", "orders.expire", "due"] == 1
    assert found["gatehouse_tasks", "orders.expire", "waiting"] == 1
    assert found["gatehouse_tasks", "refunds.send", "dead"] == 1
    assert found["gatehouse_deliveries_pending",] == 1  # payment_cancelled


# --- readiness


def ready(app):
    response = app.test_client().get("/readyz")
    return response.status_code, response.json["failing"]


def test_a_sound_installation_is_ready_and_alive(app):
    assert ready(app) == (200, [])
    assert app.test_client().get("/healthz").json == {"status": "ok"}


@pytest.fixture
def sealed(on_both):
    """A shop with sealed values in every place, on each database."""
    shop = world.open_shop(on_both, webhook_url="http://127.0.0.1:9/hook")
    world.connect_stripe(shop)
    return shop


def test_a_key_that_is_gone_makes_everybody_unready(sealed, make_app):
    app = make_app(
        url_of(sealed.app), INTEGRATION_ENCRYPTION_KEY="another-key-5d4c3b2a190807f6e5d4"
    )
    assert ready(app) == (503, ["encryption key"])
    with app.app_context():
        assert doctor.unknown_keys() == {sealed.app.extensions["keyring"].first.kid}


@pytest.mark.parametrize("place", ["endpoint", "integration"])
def test_one_damaged_value_of_one_organization_does_not(sealed, place):
    with sealed.inside(), transaction():
        if place == "endpoint":
            db.session.scalars(select(WebhookEndpoint)).one().secret = Sealed("damaged")
        else:
            row = db.session.scalars(select(IntegrationConfig)).one()
            row.config = {**row.config, "secretKey": Sealed("enc:v1:damaged")}
    assert ready(sealed.app) == (200, [])
    with sealed.app.app_context():
        assert not next(one for one in doctor.essential() if one.name == "encryption key").is_ok


def test_strangers_do_not_make_us_read_every_secret_again(sealed, monkeypatch):
    looks = []
    real = doctor.unknown_keys
    monkeypatch.setattr(doctor, "unknown_keys", lambda: looks.append(1) or real())
    now = [1000.0]
    monkeypatch.setattr(doctor.time, "monotonic", lambda: now[0])
    for _ in range(5):
        assert ready(sealed.app) == (200, [])
    assert len(looks) == 1
    now[0] += 61
    assert ready(sealed.app) == (200, [])
    assert len(looks) == 2
