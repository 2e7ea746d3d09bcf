"""Two organizations on each database, made once: no attack leaves a trace."""

import pytest

from app import create_app
from app.extensions import db
from tests.conftest import TEMPLATE, environment
from tests.models.two import open_two


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def two(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    if request.param == "sqlite":
        path = folder / "two.sqlite3"
        path.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
        url = f"sqlite:///{path}"
    else:
        server = request.getfixturevalue("postgres_server")
        server.create_database("two", template=TEMPLATE)
        url = server.url("two")
    app = create_app(environment(url, folder))
    yield open_two(app)
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
    if request.param == "postgresql":
        server.drop_database("two")
