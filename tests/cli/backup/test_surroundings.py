"""What a drill needs is said, and nothing of it is left behind."""

import os
import signal

import psycopg
import pytest
from sqlalchemy import make_url

from app.extensions import db
from tests.cli.backup.drill import conninfo, scratch_of, take, url_of, verified
from tests.cli.conftest import runner


def test_a_role_that_may_make_no_database_is_told_what_to_do(on_postgresql, make_app, tmp_path):
    path = take(on_postgresql.app, tmp_path / "b")
    with psycopg.connect(conninfo(on_postgresql.app), autocommit=True) as connection:
        connection.execute("CREATE ROLE weak LOGIN")
    try:
        weak = make_url(url_of(on_postgresql.app)).set(username="weak")
        app = make_app(weak.render_as_string(hide_password=False))
        result = runner(app)("backup", "verify", path)
        assert result.exit_code == 1
        assert "CREATEDB" in result.output
        with app.app_context():
            db.engine.dispose()
    finally:
        with psycopg.connect(conninfo(on_postgresql.app), autocommit=True) as connection:
            connection.execute("DROP ROLE weak")


def test_a_dump_of_postgresql_needs_a_server(on_postgresql, sqlite_url, make_app, tmp_path):
    path = take(on_postgresql.app, tmp_path / "b")
    lines = verified(make_app(sqlite_url), path, ok=False)
    assert "set DATABASE_URL, for this command, to a PostgreSQL server" in lines[0]


def test_without_the_client_programs_it_says_so(on_postgresql, tmp_path, monkeypatch):
    path = take(on_postgresql.app, tmp_path / "b")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "pg_restore is not here" in verified(on_postgresql.app, path, ok=False)[0]
    assert "pg_dump is not here" in verified(on_postgresql.app, ok=False)[0]


@pytest.fixture(params=[signal.SIGTERM, signal.SIGHUP])
def end(request):
    """A signal, by which this process would not end; whoever changes what it does puts it back."""

    def usual(*_):
        pass

    before = signal.signal(request.param, usual)
    yield request.param
    assert signal.signal(request.param, before) == usual


def test_being_ended_leaves_no_scratch_database_either(on_postgresql, tmp_path, monkeypatch, end):
    from app.services.backups import looking
    from app.services.backups import on_postgresql as making

    def disturbed(*where):
        os.kill(os.getpid(), end)  # as shells do once more
        drop(*where)

    drop = making._drop
    path = take(on_postgresql.app, tmp_path / "b")
    monkeypatch.setattr(making, "_drop", disturbed)
    monkeypatch.setattr(looking.sealing, "verify", lambda: os.kill(os.getpid(), end))
    result = runner(on_postgresql.app)("backup", "verify", path)
    assert result.exit_code == 128 + end
    assert scratch_of(on_postgresql.app) == []


def test_what_is_ignored_stays_so(on_postgresql, tmp_path, monkeypatch):
    from app.services.backups import looking

    path = take(on_postgresql.app, tmp_path / "b")
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        verify = looking.sealing.verify
        monkeypatch.setattr(
            looking.sealing, "verify", lambda: os.kill(os.getpid(), signal.SIGHUP) or verify()
        )
        verified(on_postgresql.app, path, ok=True)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_defect_of_ours_leaves_no_scratch_database_either(on_postgresql, tmp_path, monkeypatch):
    from app.services.backups import looking

    def broken():
        raise RuntimeError("a defect")

    monkeypatch.setattr(looking.sealing, "verify", broken)
    path = take(on_postgresql.app, tmp_path / "b")
    result = runner(on_postgresql.app)("backup", "verify", path)
    assert str(result.exception) == "a defect"
    assert scratch_of(on_postgresql.app) == []
