"""Commands as an operator runs them, on both databases."""

import pytest
from sqlalchemy import select

from app.extensions import db, reading
from app.kit.tenancy import across_organizations


@pytest.fixture
def run(on_both):
    """Run a command on the app; its result."""
    return runner(on_both)


def runner(app):
    def run(*args):
        return app.test_cli_runner().invoke(args=[str(one) for one in args])

    run.app = app
    return run


def every(run, model):
    """All rows of a model, whosever they are."""
    looking = across_organizations("the test asks")
    with run.app.app_context(), looking, reading() as session:
        return session.scalars(select(model)).all()


@pytest.fixture
def rows(on_both):
    """How many rows a table has, past the guard."""

    def count(table):
        with on_both.app_context(), db.engine.connect() as connection:
            return connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()

    return count
