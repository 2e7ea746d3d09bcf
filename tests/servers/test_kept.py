"""A database that was used before cannot be told from a new one, or is not used again."""

import psycopg
import pytest

from tests.conftest import TEMPLATE
from tests.servers.kept import USES, KeptDatabases


@pytest.fixture
def kept(postgres_server):
    found = KeptDatabases(postgres_server, TEMPLATE)
    yield found
    found.close()


@pytest.fixture
def used(kept, postgres_server):
    """Has a statement run in a database by somebody who then leaves; whether it is used again."""

    def use(*statements: str) -> bool:
        name = kept.take()
        connection = postgres_server.connect(name)
        for one in statements:
            connection.execute(one)
        connection.close()
        _wait_until_alone(kept, name)
        kept.give_back(name)
        return kept.take() == name

    return use


def _wait_until_alone(kept, name: str) -> None:
    """The server ends a connection a moment after its client has."""
    look = kept._lent[name].connection
    others = "FROM pg_stat_activity WHERE datname = %s AND pid <> %s"
    gone = f"SELECT pg_terminate_backend(pid, 5000) {others}"
    look.execute(gone, [name, look.info.backend_pid])


TASK = "INSERT INTO tasks (name, args, due_at, attempts) VALUES ('x', '{}', now(), 0) RETURNING id"
LINE = (
    "INSERT INTO ledger_lines (org_id, journal_id, debit, credit, amount_minor)"
    " VALUES ('org', 'jrn', 'customer', 'held', 1)"
)


def test_rows_are_gone_and_numbers_begin_anew(kept, used, postgres_server):
    assert used(TASK, TASK)
    (name,) = kept._lent
    with postgres_server.connect(name) as connection:
        assert connection.execute(TASK).fetchone() == (1,)


def test_what_the_database_lets_nobody_remove_is_gone_too(used):
    assert used("SET session_replication_role = replica", LINE, "RESET session_replication_role")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE more (id int)",
        "ALTER TABLE tasks ADD COLUMN more int",
        "DROP INDEX ix_holds_seller",
        "ALTER TABLE tasks DISABLE TRIGGER ALL",
        "CREATE SCHEMA theirs",
        "ANALYZE tasks",
        "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER SEQUENCE tasks_id_seq INCREMENT 5",
        "UPDATE alembic_version SET version_num = '9999'",
    ],
)
def test_one_that_was_changed_is_not_used_again(used, statement):
    assert not used(TASK, statement)


def test_one_with_very_much_in_it_is_not_used_again(used):
    row = "'x', '{}', now(), 0"
    assert not used(TASK.replace(f"VALUES ({row})", f"SELECT {row} FROM generate_series(1, 20000)"))


def test_one_that_somebody_is_still_connected_to_is_not_used_again(kept, postgres_server):
    name = kept.take()
    with postgres_server.connect(name) as still:
        still.execute("SELECT 1")
        kept.give_back(name)
        assert kept.take() != name
        with pytest.raises(psycopg.OperationalError):
            still.execute("SELECT 1")


def test_none_is_used_for_ever(kept):
    names = []
    for _ in range(USES + 1):
        names.append(kept.take())
        kept.give_back(names[-1])
    assert len(set(names)) == 2
