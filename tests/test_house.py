"""The house keeps its own rules: directions, tenants, migrations, what is imported when."""

import json
import re
import subprocess
import sys

import pytest
from sqlalchemy import create_engine, inspect
from sqlalchemy.pool import NullPool

from app.extensions import db
from app.kit.tenancy import OrgScoped
from tests import sizes
from tests.bans import ROOT
from tests.models.rows import references, scoped
from tests.schema import described

# The only tables that belong to no organization.
UNSCOPED = {
    "users",
    "identities",
    "sessions",
    "organizations",
    "memberships",
    "tasks",
    "doors",
    "throttles",  # tries of strangers, who belong to nobody
}
LATE = ("stripe", "rq", "alembic", "requests", "zxcvbn", "PIL")  # imported when first used


def models():
    found = [mapper.class_ for mapper in db.Model.registry.mappers]
    return sorted(found, key=lambda one: one.__tablename__)


# --- directions


LINT = (
    "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
)


def python(*words):
    """Run Python in a fresh interpreter, so that nothing stays behind in this one."""
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_imports_run_one_way():
    done = python("-c", LINT)
    assert done.returncode == 0, done.stdout
    kept = re.search(r"Contracts: (\d+) kept, 0 broken", done.stdout)
    assert kept is not None
    assert int(kept[1]) >= 5


# --- tenants


def test_every_table_has_an_organization_or_is_on_the_closed_list():
    unscoped = {one.__tablename__ for one in models() if not issubclass(one, OrgScoped)}
    assert unscoped <= UNSCOPED
    assert not unscoped & set(scoped())


@pytest.mark.parametrize("table", sorted(scoped()))
def test_a_tenants_table_names_its_organization(table):
    column = inspect(scoped()[table]).columns["org_id"]
    assert not column.nullable
    assert {one.column.table.name for one in column.foreign_keys} >= {"organizations"}


@pytest.mark.parametrize("model", models(), ids=lambda one: one.__tablename__)
def test_a_reference_to_a_tenants_table_includes_the_organization(model):
    for one in references(model.__table__):
        ours = [column.name for column in one.columns]
        theirs = [element.column.name for element in one.elements]
        assert ours[0] in ("org_id", "organization_id"), one.name
        assert theirs[0] in ("org_id", "organization_id"), one.name
        assert len(ours) == 2, one.name


@pytest.mark.parametrize("model", models(), ids=lambda one: one.__tablename__)
def test_references_are_checked_at_commit(model):
    for one in model.__table__.foreign_key_constraints:
        assert (one.deferrable, one.initially) == (True, "DEFERRED"), one.name


# --- migrations


# SQLAlchemy reads none out of SQLite; tests.schema compares what SQLite was told.
NO_EXPRESSIONS = pytest.mark.filterwarnings(
    "ignore:Skipped unsupported reflection of expression",
    "ignore:autogenerate skipping metadata-specified expression-based index",
)


@NO_EXPRESSIONS
def test_migrations_make_exactly_what_the_models_say(on_both, tmp_path, postgres_server):
    with on_both.app_context():
        migrated = db.engine
        if migrated.dialect.name == "postgresql":
            postgres_server.create_database("from_models")
            url = postgres_server.url("from_models")
        else:
            url = f"sqlite:///{tmp_path / 'models.sqlite3'}"
        fresh = create_engine(url, poolclass=NullPool)
        db.metadata.create_all(fresh)
        assert described(migrated) == described(fresh)
    if fresh.dialect.name == "postgresql":
        postgres_server.drop_database("from_models")


@NO_EXPRESSIONS
def test_alembic_finds_nothing_to_migrate(on_both):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with on_both.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, db.metadata) == []


def test_migrations_have_one_head():
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    settings = Config()
    settings.set_main_option("script_location", str(ROOT / "migrations"))
    assert len(ScriptDirectory.from_config(settings).get_heads()) == 1


# --- what is imported when

ONE_REQUEST = """
import json, sys
from app import create_app
client = create_app(json.loads(sys.argv[1])).test_client()
assert client.get("/healthz").status_code == 200
assert client.get("/readyz").status_code == 200
assert client.get("/api/payment-gateways").status_code == 200
print(json.dumps([name for name in sys.argv[2:] if name in sys.modules]))
"""


def test_heavy_libraries_are_not_imported_before_they_are_used(environ, sqlite_url):
    environ = {**environ, "DATABASE_URL": sqlite_url, "REDIS_URL": "redis://127.0.0.1:1/0"}
    done = python("-c", ONE_REQUEST, json.dumps(environ), *LATE)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


# --- sizes


def test_sizes_only_lists():
    done = python("-m", "tests.sizes")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == list(sizes.larger())


def test_what_is_too_large_is_noticed(tmp_path, monkeypatch):
    long = "@bp.get('/')\ndef page():\n" + "    x = 1\n" * 20
    long += "def other():\n" + "    x = 1\n" * 30
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "a.py").write_text(long + "\n" * 200)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "_x.html").write_text("<p>\n" * 41)
    (tmp_path / "templates" / "x.html").write_text("<p>\n" * 410)
    monkeypatch.setattr(sizes, "ROOT", tmp_path)
    assert list(sizes.larger()) == [
        "app/a.py: 253 lines (file 200)",
        "app/a.py: view page has 21 lines (15)",
        "app/a.py: function other has 31 lines (25)",
        "templates/_x.html: 41 lines (fragment 40)",
    ]
