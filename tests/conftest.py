"""Real servers, one database for each test, and the world a test starts in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, sync_playwright

from app import create_app
from app.extensions import db, use_migrations
from app.services import passwords
from tests import world
from tests.compiled import compile_once
from tests.servers import postgres, valkey
from tests.servers.browser import LAUNCH_ARGS, find_chromium
from tests.servers.kept import KeptDatabases
from tests.toy import toy  # noqa: F401, a fixture

TEMPLATE = "gatehouse_template"
BASE = "http://127.0.0.1:5999"

compile_once()


def environment(database_url: str, instance, **more: str) -> dict[str, str]:
    """What an installation under test has in its environment."""
    return {
        "APP_ENV": "test",
        "SECRET_KEY": "test-cookie-key-9f8e7d6c5b4a39281706",
        "INTEGRATION_ENCRYPTION_KEY": "test-sealing-key-0a1b2c3d4e5f60718293",
        "DATABASE_URL": database_url,
        "GATEHOUSE_INSTANCE": str(instance),
        "PUBLIC_BASE_URL": BASE,
        "WEBHOOK_ALLOWED_CIDRS": "127.0.0.0/8",
        "LOG_LEVEL": "error",
        **more,
    }


@pytest.fixture(autouse=True)
def quick_hashes(request, monkeypatch):
    """Thousands of passwords are made and typed here; that hashes are hard to compute is proven
    by the module about them, which keeps the real ones."""
    if request.module.__name__ != "tests.services.test_passwords":
        quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
        monkeypatch.setattr(passwords, "_hasher", quick)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory) -> Iterator[postgres.PostgresServer]:
    """One PostgreSQL for the run, with a migrated database to copy from."""
    with postgres.start() as server:
        server.create_database(TEMPLATE)
        folder = tmp_path_factory.mktemp("template")
        _migrate(environment(server.url(TEMPLATE), folder))
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """A migrated SQLite file to copy from."""
    folder = tmp_path_factory.mktemp("sqlite")
    path = folder / "template.sqlite3"
    _migrate(environment(f"sqlite:///{path}", folder))
    return path


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[valkey.ValkeyServer]:
    with valkey.start() as server:
        yield server


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the run: Playwright does not start twice in one thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=LAUNCH_ARGS)
        yield browser
        browser.close()


def _migrate(environ: dict[str, str]) -> None:
    from flask_migrate import upgrade

    app = create_app(environ)
    use_migrations(app)
    with app.app_context():
        upgrade()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture(scope="session")
def kept_databases(postgres_server) -> Iterator[KeptDatabases]:
    kept = KeptDatabases(postgres_server, TEMPLATE)
    yield kept
    kept.close()


@pytest.fixture
def database_url(postgres_server, kept_databases) -> Iterator[str]:
    """An empty PostgreSQL database; override it, or use `on_both`, for SQLite."""
    name = kept_databases.take()
    yield postgres_server.url(name)
    kept_databases.give_back(name)


@pytest.fixture
def sqlite_url(sqlite_template) -> Iterator[str]:
    """A fresh SQLite database, in memory where there is room: a commit waits for the disk."""
    where = postgres.MEMORY if postgres.room_in_memory() else None
    with TemporaryDirectory(dir=where) as folder:
        copy = Path(folder) / "gatehouse.sqlite3"
        copy.write_bytes(sqlite_template.read_bytes())
        yield f"sqlite:///{copy}"


@pytest.fixture
def environ(database_url, tmp_path) -> dict[str, str]:
    return environment(database_url, tmp_path)


@pytest.fixture
def make_app(database_url, tmp_path):
    """Makes apps on this test's database, with more in their environment; closes them."""
    made = []

    def make(url: str = database_url, **more: str):
        made.append(create_app(environment(url, tmp_path, **more)))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


@pytest.fixture
def app(make_app):
    return make_app()


@pytest.fixture(params=["postgresql", "sqlite"])
def on_both(request, make_app):
    """The app on each of the two databases."""
    if request.param == "sqlite":
        return make_app(request.getfixturevalue("sqlite_url"))
    return make_app()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def shop(app) -> world.Shop:
    """A provider with a key, paying through the sandbox."""
    return world.open_shop(app)


@pytest.fixture
def later(time_machine):
    """Move the clock on by some seconds; it goes on ticking from there."""

    def move(seconds: float) -> None:
        time_machine.move_to(datetime.now(UTC) + timedelta(seconds=seconds), tick=True)

    return move
