"""What pg_dump is told: no secret among the words that every process list shows."""

import pytest

from app.services import backups

ADDRESS = "postgresql://ada{password}@db.example/gatehouse?sslmode=require{more}"


@pytest.fixture
def told(make_app, tmp_path, monkeypatch):
    """Takes a backup of an address by a pg_dump that writes down its PGPASSWORD and its words."""
    seen, program = tmp_path / "seen", tmp_path / "pg_dump"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "${{PGPASSWORD-none}}" "$@" > "{seen}"\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))

    def take(password="", more="", **environment):
        address = ADDRESS.format(password=password, more=more)
        app = make_app(DATABASE_MIGRATION_URL=address, **environment)
        with app.app_context():
            backups.fresh(tmp_path)
        return seen.read_text().splitlines()

    return take


@pytest.mark.parametrize(
    ("password", "more"),
    [(":s%40cret", ""), ("", "&password=s%40cret"), (":other", "&password=s%40cret")],
)
def test_the_password_of_the_address_goes_by_the_environment(told, password, more):
    first, *words = told(password, more, PGPASSWORD="of the operator")
    assert first == "s@cret"
    assert words[-1] == "--dbname=postgresql://ada@db.example/gatehouse?sslmode=require"


def test_an_address_without_one_leaves_the_operators_alone(told):
    assert told(PGPASSWORD="of the operator")[0] == "of the operator"
    assert told()[0] == "none"


def test_a_pass_phrase_is_shown_to_nobody(told):
    assert "hushed" not in str(told(more="&sslpassword=hushed&sslkey=/etc/key"))
