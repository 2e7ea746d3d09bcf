"""Commands as an operator runs them, on both databases."""

import pytest

from app.extensions import db


@pytest.fixture
def run(on_both):
    """Run a command on the app; its result."""
    return runner(on_both)


def runner(app):
    def run(*args):
        return app.test_cli_runner().invoke(args=[str(one) for one in args])

    run.app = app
    return run


@pytest.fixture
def rows(on_both):
    """How many rows a table has, past the guard."""

    def count(table):
        with on_both.app_context(), db.engine.connect() as connection:
            return connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()

    return count
