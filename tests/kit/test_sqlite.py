"""SQLite's files, made where there were none."""

import os
import stat

import pytest
from flask_migrate import upgrade
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from app.extensions import db, reading, use_migrations
from app.kit import sqlite
from app.models import Organization
from app.services import organizations


@pytest.fixture
def usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder) -> dict[str, str]:
    return {
        one.name: oct(stat.S_IMODE(one.stat().st_mode)) for one in folder.glob("fresh.sqlite3*")
    }


def test_the_file_and_what_lies_beside_it_are_their_owners_alone(make_app, tmp_path, usual_umask):
    app = make_app(f"sqlite:///{tmp_path / 'fresh.sqlite3'}")
    use_migrations(app)
    with app.app_context():
        upgrade()
        organizations.ensure("Acme")
        with reading() as session:
            assert session.query(Organization).count() == 1
            assert modes(tmp_path) == {
                "fresh.sqlite3": "0o600",
                "fresh.sqlite3-wal": "0o600",
                "fresh.sqlite3-shm": "0o600",
            }
        db.engine.dispose()


def test_a_file_that_is_there_is_left_as_it_is(tmp_path):
    sqlite.keep_private()
    path = tmp_path / "fresh.sqlite3"
    path.touch(0o640)
    path.chmod(0o640)
    with create_engine(f"sqlite:///{path}").connect() as connection:
        connection.execute(text("CREATE TABLE one (id INTEGER)"))
    assert modes(tmp_path) == {"fresh.sqlite3": "0o640"}


def test_where_no_file_can_be_made_sqlite_says_so(tmp_path):
    sqlite.keep_private()
    with pytest.raises(OperationalError, match="unable to open"):
        create_engine(f"sqlite:///{tmp_path / 'no' / 'folder.sqlite3'}").connect()


def test_a_database_in_memory_needs_no_file(tmp_path, monkeypatch):
    sqlite.keep_private()
    monkeypatch.chdir(tmp_path)
    create_engine("sqlite://").connect().close()
    assert list(tmp_path.iterdir()) == []
