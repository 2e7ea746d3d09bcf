"""Behind a PgBouncer in transaction mode, as at Supabase, and with a schema of our own."""

import re
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask_migrate import upgrade
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool
from standardwebhooks import Webhook

from app.extensions import db, use_migrations
from app.services.doctor import essential
from tests import escrow, world
from tests.bans import ROOT
from tests.flows.test_sandbox_payment import receiver
from tests.servers import pgbouncer

THREADS, EACH = 4, 60
SCHEMA = "vault"  # not the role's name, in which PostgreSQL looks without being told
IN_PUBLIC = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
"""


@pytest.fixture(scope="module")
def pooler(postgres_server) -> Iterator[pgbouncer.PgBouncer]:
    if pgbouncer.find() is None:
        pytest.skip(pgbouncer.ADVICE)
    with pgbouncer.start(postgres_server) as one:
        yield one


@pytest.fixture
def empty_url(postgres_server) -> Iterator[str]:
    """A database without tables, by its direct address."""
    name = f"t_{secrets.token_hex(6)}"
    postgres_server.create_database(name)
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


def behind(pooler, direct: str) -> str:
    return pooler.url(make_url(direct).database)


def migrate(app) -> None:
    use_migrations(app)
    with app.app_context():
        upgrade()


def asked(url: str, *statements: str) -> list:
    """The first column of what the last statement finds, asked past any pooler."""
    engine = create_engine(url, poolclass=NullPool, execution_options={"no_parameters": True})
    with engine.begin() as connection:
        for statement in statements[:-1]:
            connection.exec_driver_sql(statement)
        return list(connection.exec_driver_sql(statements[-1]).scalars())


def everything_works(app, httpserver) -> None:
    """An order is created, paid and told of, and held money moves, which the ledger guards."""
    shop = world.open_shop(app, webhook_url=receiver(httpserver), gateway="sandbox")
    order = shop.order(19.99)
    shop.pay(order)
    assert shop.see(order)["status"] == "paid"
    ((request, _),) = httpserver.log
    told = Webhook(shop.webhook_secret).verify(request.data, dict(request.headers))
    assert (told["event"], told["orderId"]) == ("payment_succeeded", order["orderId"])
    kept = escrow.held(shop)
    assert escrow.ask(shop, kept, "release").status_code == 200
    world.run_tasks(app)
    assert escrow.amounts(shop, kept) == (0, 9000, 1000, 0)


def test_every_query_through_the_pooler_is_answered(make_app, pooler, database_url):
    app = make_app(behind(pooler, database_url))
    question = text("SELECT CAST(:given AS integer)")
    together = Barrier(THREADS, timeout=30)
    with app.app_context():
        engines = [db.engine, app.extensions["reader"]]

    def ask(thread: int) -> int:
        answered = 0
        with app.app_context(), engines[thread % 2].connect() as connection:
            together.wait()  # so that each has a connection of its own
            for number in range(EACH):
                given = {"given": thread * EACH + number}
                answered += connection.scalar(question, given) == given["given"]
                connection.commit()
        return answered

    with ThreadPoolExecutor(THREADS) as threads:
        assert sum(threads.map(ask, range(THREADS))) == THREADS * EACH


def test_payments_work_behind_the_pooler(make_app, pooler, database_url, httpserver):
    app = make_app(behind(pooler, database_url), DATABASE_MIGRATION_URL=database_url)
    everything_works(app, httpserver)


def test_payments_work_in_a_schema_behind_the_pooler(make_app, pooler, empty_url, httpserver):
    more = {"DATABASE_MIGRATION_URL": empty_url, "DATABASE_SCHEMA": SCHEMA}
    app = make_app(behind(pooler, empty_url), **more)
    migrate(app)
    migrate(app)  # which finds its own notes of what is done
    assert asked(empty_url, IN_PUBLIC) == []
    with app.app_context():
        assert all(check.is_ok for check in essential())

    everything_works(app, httpserver)

    assert asked(empty_url, IN_PUBLIC) == []
    assert asked(empty_url, f"SELECT count(*) FROM {SCHEMA}.orders") == [2]
    assert len(asked(empty_url, f"SELECT version_num FROM {SCHEMA}.alembic_version")) == 1


def test_the_ledger_is_guarded_wherever_a_session_looks(make_app, empty_url):
    app = make_app(empty_url, DATABASE_SCHEMA=SCHEMA)
    migrate(app)
    escrow.held(world.open_shop(app), 100)
    lines = f"{SCHEMA}.ledger_lines"
    with pytest.raises(DatabaseError, match="only ever added to"):
        asked(empty_url, f"DELETE FROM {lines}")

    def take(minor: int) -> list:
        return asked(
            empty_url,
            f"INSERT INTO {lines} (org_id, journal_id, debit, credit, amount_minor)"
            f" SELECT org_id, journal_id, 'held', 'seller', {minor} FROM {lines}"
            " RETURNING amount_minor",
        )

    with pytest.raises(DatabaseError, match="held would be overdrawn"):
        take(10001)
    assert take(10000) == [10000]


def test_migrations_through_the_pooler_leave_no_setting_in_its_sessions(
    make_app, pooler, empty_url
):
    pooled = behind(pooler, empty_url)
    migrate(make_app(pooled, DATABASE_SCHEMA=SCHEMA))
    assert asked(empty_url, IN_PUBLIC) == []
    for name in ("lock_timeout", "search_path"):
        assert asked(pooled, f"SHOW {name}") == asked(empty_url, f"SHOW {name}")


def test_a_schema_set_later_is_refused_until_the_tables_are_moved(make_app, database_url):
    app = make_app(database_url, DATABASE_SCHEMA="gatehouse")
    with pytest.raises(SystemExit, match="move them as docs/operations"):
        migrate(app)
    assert asked(database_url, "SELECT to_regnamespace('gatehouse')") == [None]

    asked(database_url, moving(), "SELECT 1")

    migrate(app)
    assert asked(database_url, IN_PUBLIC) == []
    kept = escrow.held(shop := world.open_shop(app))
    assert escrow.ask(shop, kept, "release").status_code == 200


def moving() -> str:
    """The statements of docs/operations.md that move everything out of `public`."""
    page = (ROOT / "docs" / "operations.md").read_text()
    found = re.search(r"```sql\n(CREATE SCHEMA.*?)```", page, re.DOTALL)
    assert found
    return found[1]
