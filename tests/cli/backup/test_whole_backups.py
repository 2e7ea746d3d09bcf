"""A whole backup passes, in whatever format, and holds no secret in clear."""

import pytest

from app.extensions import db, use_migrations
from tests import world
from tests.bans import ROOT
from tests.cli.backup.drill import ANOTHER_KEY, take, url_of, verified
from tests.cli.conftest import runner
from tests.flows.test_canaries import found_in, logged, planted, stripe  # noqa: F401, fixtures


def test_a_whole_backup_passes(shop, tmp_path):
    lines = verified(shop.app, take(shop.app, tmp_path / "b"), ok=True)
    kind = "SQLite database" if "sqlite" in url_of(shop.app) else "PostgreSQL dump, an archive"
    assert lines[0] == f"ok   file: {kind}"
    assert lines[1].startswith("ok   schema: revision 00") and lines[1].endswith(", the newest")
    assert lines[2:5] == [
        "ok   migrations: all tables there",
        "ok   encryption key: known",
        "ok   secrets: 5 open, 0 do not",
    ]
    contents = "1 organizations, 0 people, 2 orders, 2 payments, 0 refunds, 1 ledger lines"
    assert lines[5].startswith(f"ok   contents: {contents}; the newest order is of 20")
    assert lines[6].startswith("ok   references: ") and lines[6].endswith(" kinds hold")
    assert lines[7:] == [
        "ok   books: 1 orders with escrow compared, 0 differences",
        "This backup can be restored.",
    ]


def test_without_a_file_a_backup_is_made_now(shop):
    assert verified(shop.app, ok=True)[-1] == "This backup can be restored."


@pytest.mark.parametrize("options", [["--format=plain"], ["--format=tar"], ["--format=directory"],
                                     ["--schema=public", "--format=custom"],
                                     ["--schema=public", "--format=plain"]])  # fmt: skip
def test_every_format_of_pg_dump_is_read(on_postgresql, tmp_path, options):
    app = on_postgresql.app
    assert "3 open" in str(verified(app, take(app, tmp_path / "b", *options), ok=True))


def test_a_schema_of_another_name_is_found(postgres_server, make_app, app, tmp_path):
    from flask_migrate import upgrade

    postgres_server.create_database("with_schema")
    other = make_app(postgres_server.url("with_schema"), DATABASE_SCHEMA="vault")
    use_migrations(other)
    with other.app_context():
        upgrade(directory=str(ROOT / "migrations"))
    world.open_shop(other)
    path = take(other, tmp_path / "b")
    assert "1 organizations" in str(verified(app, path, ok=True))
    assert "1 organizations" in runner(other)("backup", "verify").output
    with other.app_context():
        db.engine.dispose()
    postgres_server.drop_database("with_schema")


def test_the_key_of_that_time_among_the_previous_ones_opens_it(shop, make_app, tmp_path):
    path = take(shop.app, tmp_path / "b")
    old = shop.app.config["SETTINGS"]["INTEGRATION_ENCRYPTION_KEY"]
    keys = {
        "INTEGRATION_ENCRYPTION_KEY": ANOTHER_KEY,
        "INTEGRATION_ENCRYPTION_KEY_PREVIOUS": old,
    }
    verified(make_app(url_of(shop.app), **keys), path, ok=True)


def test_an_older_backup_is_brought_up_to_date(shop, make_app, tmp_path):
    from flask_migrate import downgrade

    use_migrations(shop.app)
    with shop.app.app_context():
        downgrade(directory=str(ROOT / "migrations"), revision="-2")
        db.engine.dispose()
    # The live one is as old, and stays so, by whatever address migrations would find it.
    app = make_app(url_of(shop.app), DATABASE_MIGRATION_URL=url_of(shop.app))
    lines = verified(app, take(shop.app, tmp_path / "b"), ok=True)
    assert ", 2 older than " in lines[1]
    assert lines[1].endswith("; `db upgrade` brought the copy up to date")


def test_a_backup_holds_no_secret_in_clear(planted, tmp_path):  # noqa: F811
    path = tmp_path / "b"
    take(planted.app, path, "--format=plain")
    text = path.read_text()
    assert text.count("enc:v1:") >= 13
    assert found_in(text) == []
    assert found_in("".join(verified(planted.app, path, ok=True))) == []
