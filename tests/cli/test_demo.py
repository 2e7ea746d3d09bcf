"""demo: the organization, login and key of the first hour."""

from pathlib import Path

import pytest

from app.extensions import db
from app.models import User
from app.services import demo, passwords
from tests.cli.conftest import every, runner
from tests.world import Shop


def test_the_demo_is_the_same_twice(run, rows):
    first, second = run("demo"), run("demo")
    assert first.exit_code == 0
    assert second.output == first.output
    assert [rows(table) for table in ("users", "organizations", "providers")] == [1, 1, 2]
    assert (rows("orders"), rows("sellers")) == (67, 1)
    (user,) = every(run, User)
    shown = dict(line.split() for line in first.output.splitlines())
    assert user.is_demo
    assert passwords.verify_password(user.password_hash, shown["password"])


def test_the_demo_survives_a_deleted_database(make_app, sqlite_url, sqlite_template):
    run = runner(make_app(sqlite_url))
    first = run("demo").output
    with run.app.app_context():
        db.engine.dispose()
    kept = Path(sqlite_url.removeprefix("sqlite:///"))
    for path in kept.parent.glob(f"{kept.name}*"):
        path.unlink()
    kept.write_bytes(sqlite_template.read_bytes())
    again = runner(make_app(sqlite_url))

    result = again("demo")

    assert result.exit_code == 0, result.output
    assert result.output != first
    assert again("demo").output == result.output
    shown = dict(line.split() for line in result.output.splitlines())
    shop = Shop(again.app, shown["organizationId"], shown["providerId"], shown["apiKey"], None)
    assert shop.create(5).status_code == 200


@pytest.fixture
def without_orders(monkeypatch):
    """Tests about the file need no orders."""
    monkeypatch.setattr(demo, "ensure_orders", lambda _org_id: 0)


def test_the_demos_file_is_private(run, tmp_path, without_orders):
    run("demo")
    assert (tmp_path / "demo.json").stat().st_mode & 0o777 == 0o600


def test_a_damaged_file_does_not_stop_the_demo(run, tmp_path, without_orders):
    (tmp_path / "demo.json").write_text("{")
    assert run("demo").exit_code == 0
