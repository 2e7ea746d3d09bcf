"""Anything less than a whole backup is found, and no value of it is printed."""

import sqlite3
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import make_url

from app.extensions import db, transaction
from tests import world
from tests.cli.backup.drill import ANOTHER_KEY, conninfo, take, url_of, verified, wrong
from tests.models.rows import add_row


def test_the_wrong_key_is_told_in_numbers(shop, make_app, tmp_path):
    path = take(shop.app, tmp_path / "b")
    with shop.app.app_context():
        kid = shop.app.extensions["keyring"].first.kid
    other = make_app(url_of(shop.app), INTEGRATION_ENCRYPTION_KEY=ANOTHER_KEY)
    lines = verified(other, path, ok=False)
    assert wrong(lines) == [
        f"FAIL encryption key: values sealed with unknown keys: {kid}",
        "FAIL secrets: 0 open, 5 do not (2 in inbound_events, 2 in integration_config,"
        " 1 in webhook_endpoints)",
    ]
    assert lines[-1] == "This backup is not to be relied on."
    assert shop.org_id not in "".join(lines)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.97])
def test_a_backup_that_was_cut_off_is_found(shop, tmp_path, share):
    path = take(shop.app, tmp_path / "b")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    lines = verified(shop.app, path, ok=False)
    on_sqlite = "sqlite" in url_of(shop.app)
    by = "SQLite cannot read it" if on_sqlite else "pg_restore: error: "
    assert wrong(lines)[0].startswith(f"FAIL restore: {by}")


def test_a_sqlite_file_that_disagrees_with_itself_is_found(sqlite_url, make_app, tmp_path):
    app = make_app(sqlite_url)
    path = take(app, tmp_path / "b")
    content = bytearray(path.read_bytes())
    content[36:40] = (7).to_bytes(4, "big")  # free pages, by the file's header; it has none
    path.write_bytes(content)
    assert wrong(verified(app, path, ok=False)) == ["FAIL restore: SQLite finds it damaged"]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_plain_sql_that_was_cut_off_is_found(on_postgresql, tmp_path, share):
    app, path = on_postgresql.app, tmp_path / "b"
    take(app, path, "--format=plain")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert wrong(verified(app, path, ok=False))[0].startswith("FAIL restore: ")


def stamp(shop, revision):
    with shop.app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")


def test_an_older_backup_that_cannot_be_brought_up_to_date_is_found(shop, tmp_path):
    stamp(shop, "0002")  # which it is not: tables are in the way
    lines = verified(shop.app, take(shop.app, tmp_path / "b"), ok=False)
    assert "and cannot be brought up to date: " in wrong(lines)[0]


def test_a_backup_of_a_newer_gatehouse_is_named(shop, tmp_path):
    stamp(shop, "9999")
    lines = verified(shop.app, take(shop.app, tmp_path / "b"), ok=False)
    assert lines[1:3] == [
        "FAIL schema: revision 9999 is not known here",
        "     use the Gatehouse that wrote it, or a newer one",
    ]


def orphan(shop):
    """A row without the one it refers to, as a damaged disk or a mistaken hand leaves it."""
    with shop.inside(), transaction():
        lost = add_row("providers", shop.org_id)
        add_row("provider_credentials", shop.org_id, provider_id=lost)
    delete = f"DELETE FROM providers WHERE id = '{lost}'"
    if "sqlite" in url_of(shop.app):  # which looks at references only where it is told to
        with closing(sqlite3.connect(make_url(url_of(shop.app)).database)) as connection:
            connection.execute(delete)
            connection.commit()
    else:
        with psycopg.connect(conninfo(shop.app), autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(delete)


def test_rows_without_what_they_refer_to_are_found(shop, tmp_path):
    orphan(shop)
    lines = verified(shop.app, take(shop.app, tmp_path / "b"), ok=False)
    if "sqlite" in url_of(shop.app):
        said = "FAIL references: without what they refer to: 1 rows of provider_credentials by "
    else:
        said = "FAIL restore: the server does not take it: ForeignKeyViolation (23503) at "
    assert wrong(lines)[0].startswith(said)
    assert shop.org_id not in "".join(lines)


def test_a_dump_that_lost_its_constraints_hides_no_lost_row(on_postgresql, tmp_path):
    orphan(on_postgresql)
    app, path = on_postgresql.app, tmp_path / "b"
    take(app, path, "--format=plain", "--section=pre-data", "--section=data")
    lines = verified(app, path, ok=False)
    assert "FAIL references: without what they refer to: 1 rows of provider_credentials" in str(
        lines
    )


def test_books_that_differ_from_the_orders_are_found(shop, tmp_path):
    with shop.app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE payments SET amount_minor = amount_minor + 1 WHERE id IN"
            " (SELECT payment_id FROM holds)"
        )
    lines = verified(shop.app, take(shop.app, tmp_path / "b"), ok=False)
    assert wrong(lines) == ["FAIL books: 1 orders with escrow compared, 1 differences"]


def test_a_backup_without_orders_is_doubted(on_both, tmp_path):
    lines = verified(on_both, take(on_both, tmp_path / "b"), ok=True)
    assert "     no orders are in it: is it the right file?" in lines


@pytest.mark.parametrize("options", [["--create"], ["--inserts"]])
def test_a_script_that_goes_elsewhere_or_cannot_be_checked_is_not_run(
    on_postgresql, tmp_path, options
):
    app, path = on_postgresql.app, tmp_path / "b"
    take(app, path, "--format=plain", *options)
    line = wrong(verified(app, path, ok=False))[0]
    assert f"without {options[0]}" in line


def test_the_live_sqlite_file_is_no_backup(sqlite_url, make_app):
    app = make_app(sqlite_url)
    shop = world.open_shop(app)
    shop.order()
    lines = verified(app, make_url(sqlite_url).database, ok=False)
    assert "VACUUM INTO" in wrong(lines)[0]


def test_something_else_is_no_backup(on_both, tmp_path):
    path = tmp_path / "b"
    path.write_bytes(b"\x1f\x8b not a dump")
    assert "neither a dump by pg_dump nor" in verified(on_both, path, ok=False)[0]
    assert "No such file" in verified(on_both, tmp_path / "none", ok=False)[0]


def test_a_foreign_database_is_no_backup(on_both, tmp_path):
    path = tmp_path / "b"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE notes (x)")
    assert "FAIL schema: these are not Gatehouse's tables" in verified(on_both, path, ok=False)
