"""doctor, sweep --once, reconcile."""

import pytest

from app.extensions import db, transaction
from app.kit import clock
from app.services import tasks
from tests import world
from tests.cli.conftest import runner
from tests.test_config import GOOD

PRODUCTION = {
    "APP_ENV": "production",
    "SECRET_KEY": GOOD["SECRET_KEY"],
    "INTEGRATION_ENCRYPTION_KEY": GOOD["INTEGRATION_ENCRYPTION_KEY"],
    "PUBLIC_BASE_URL": "https://pay.example.com",
    "SMTP_HOST": "mail.example.com",
    "SMTP_FROM": "pay@example.com",
}
UPGRADE = "     run `flask --app wsgi db upgrade`"


def url_of(app):
    with app.app_context():
        return db.engine.url.render_as_string(hide_password=False)


def fails(app, *lines):
    """The doctor finds something: exit 1, and what is wrong with one line of advice."""
    result = runner(app)("doctor")
    assert result.exit_code == 1, result.output
    wrong = [one for one in result.output.splitlines() if not one.startswith(("ok", "warn"))]
    assert wrong == list(lines)


def test_a_sound_installation_has_nothing_wrong(run):
    result = run("doctor")
    assert result.exit_code == 0
    names = [line.partition(":")[0] for line in result.output.splitlines()]
    assert names == [
        "ok   database",
        "ok   migrations",
        "ok   encryption key",
        "ok   background work",
        "ok   redis",
        "ok   public address",
        "ok   default gateway",
        "ok   storage",
        "ok   mail",
    ]


def test_a_production_on_postgresql_is_sound(app, make_app):
    assert runner(make_app(url_of(app), **PRODUCTION))("doctor").exit_code == 0


def test_a_production_on_sqlite_is_warned(sqlite_url, make_app):
    app = make_app(sqlite_url, **PRODUCTION)
    result = runner(app)("doctor")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[-3:-1] == ["warn storage: SQLite", "     use PostgreSQL in production"]
    assert app.test_client().get("/readyz").status_code == 200


def test_a_legacy_key_is_warned(app, make_app):
    legacy = {**PRODUCTION, "INTEGRATION_ENCRYPTION_KEY": "", "PAYLOAD_SECRET": "short"}
    result = runner(make_app(url_of(app), **legacy))("doctor")
    assert result.exit_code == 0
    assert "warn encryption key: PAYLOAD_SECRET, which seals the credentials" in result.output


@pytest.mark.parametrize(
    "url", ["postgresql://gatehouse@/x?host=/nowhere", "sqlite:////nowhere/gatehouse.sqlite3"]
)
def test_a_database_that_is_away_is_said(make_app, url):
    app = make_app(url)
    fails(
        app,
        "FAIL database: the database does not answer",
        "     look at DATABASE_URL",
    )
    response = app.test_client().get("/readyz")
    assert (response.status_code, response.json["failing"]) == (503, ["database"])


def test_a_database_without_tables_is_said(on_both, make_app, postgres_server, tmp_path):
    if "postgresql" in url_of(on_both):
        postgres_server.create_database("empty")
        app = make_app(postgres_server.url("empty"))
    else:
        app = make_app(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    with app.app_context():
        count = len(db.metadata.tables)
    fails(app, f"FAIL migrations: {count} tables missing", UPGRADE)
    response = app.test_client().get("/readyz")
    assert (response.status_code, response.json["failing"]) == (503, ["migrations"])
    with app.app_context():
        db.engine.dispose()
    if "empty.sqlite3" not in url_of(app):
        postgres_server.drop_database("empty")


def test_a_redis_that_is_away_is_said(app, make_app):
    app = make_app(url_of(app), REDIS_URL="redis://127.0.0.1:1/0")
    fails(app, "FAIL redis: asked", "     start Redis, or remove REDIS_URL")


def test_rates_that_no_two_processes_share_are_warned_in_production(app, make_app):
    url, line = url_of(app), "warn redis: not configured: work runs from the database alone, but"
    several = runner(make_app(url, **PRODUCTION, WEB_CONCURRENCY="2"))("doctor")
    assert several.exit_code == 0
    assert f"{line} each web process counts request rates by itself" in several.output
    assert "     set REDIS_URL, or WEB_CONCURRENCY=1" in several.output
    assert line in runner(make_app(url, **PRODUCTION))("doctor").output  # two by default
    assert line not in runner(make_app(url, **PRODUCTION, WEB_CONCURRENCY="1"))("doctor").output
    assert line not in runner(make_app(url, WEB_CONCURRENCY="2"))("doctor").output


def test_work_that_nobody_does_is_said(on_both):
    shop = world.open_shop(on_both)
    with shop.inside(), transaction():
        tasks.add("orders.expire", {"order": "ord_x"}, due=clock.after(-300))
    fails(
        on_both,
        "FAIL background work: oldest due task waits 300 s, 0 given up",
        "     run `flask --app wsgi worker`",
    )


def test_a_production_that_sends_no_mail_is_warned(app, make_app):
    silent = {**PRODUCTION, "SMTP_HOST": ""}
    result = runner(make_app(url_of(app), **silent))("doctor")
    assert result.exit_code == 0
    assert "warn mail: not set up" in result.output
    fails(
        make_app(url_of(app), **{**PRODUCTION, "SMTP_FROM": "", "WEB_CONCURRENCY": "1"}),
        "FAIL mail: without a sender",
        "     set SMTP_FROM",
    )


def test_an_address_without_tls_is_said_in_production(app, make_app):
    plain = {**PRODUCTION, "PUBLIC_BASE_URL": "http://pay.example.com", "WEB_CONCURRENCY": "1"}
    fails(
        make_app(url_of(app), **plain),
        "FAIL public address: http://pay.example.com",
        "     set PUBLIC_BASE_URL to an https address",
    )


def test_a_default_gateway_that_does_not_work_yet_is_said(app, make_app, monkeypatch):
    world.unplug(monkeypatch, "square")
    fails(
        make_app(url_of(app), PAYMENT_GATEWAY="square"),
        "FAIL default gateway: square",
        "     set PAYMENT_GATEWAY to an active gateway",
    )


# --- sweep, reconcile


def test_one_sweep_does_what_is_due_and_ends(on_both, later):
    shop = world.open_shop(on_both)
    order = shop.order(5, expiresIn=300)
    run = runner(on_both)
    later(301)

    result = run("sweep", "--once")

    assert result.exit_code == 0
    assert result.output.endswith(" tasks done.\n")
    assert int(result.output.split()[0]) >= 1
    assert shop.see(order)["status"] == "expired"


def test_a_sweep_without_once_is_refused(run):
    assert run("sweep").exit_code == 2


def test_reconcile_shows_and_mends_what_differs(on_both):
    shop = world.open_shop(on_both)
    order = shop.order(5)
    shop.choose(order, "test")
    shop.press(order, "pay")  # the sandbox's call to us is never made

    result = runner(on_both)("reconcile")

    assert result.exit_code == 0, result.output
    payment, counted = result.output.splitlines()
    assert payment.endswith("we said pending, the gateway says succeeded")
    assert counted == "1 asked, 1 changed."
    assert shop.see(order)["status"] == "paid"
    assert runner(on_both)("reconcile").output == "0 asked, 0 changed.\n"


def test_reconcile_says_which_gateway_gave_no_answer(make_app, app):
    app = make_app(url_of(app), STRIPE_API_BASE="http://127.0.0.1:1")
    shop = world.open_shop(app, gateway="stripe")
    world.connect_stripe(shop)
    assert shop.create(5).status_code == 502

    result = runner(app)("reconcile")

    assert result.exit_code == 1
    assert "no answer:" in result.output
    assert result.output.splitlines()[-1] == "1 asked, 0 changed."
