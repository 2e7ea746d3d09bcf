"""An installation whose newest key was just promoted."""

import pytest

from app.services.sealing import places
from tests import world
from tests.services.sealing.planted import PROMOTED, SMALL, Planted


@pytest.fixture(params=["postgresql", "sqlite"])
def promoted(request, make_app):
    """The app after the promotion, on each database."""
    if request.param == "sqlite":
        return make_app(request.getfixturevalue("sqlite_url"), **PROMOTED)
    return make_app(**PROMOTED)


@pytest.fixture
def planted(promoted):
    """Sealed values in every column, by three keys in turn."""
    return Planted(world.open_shop(promoted))


@pytest.fixture
def on_postgresql(make_app):
    """The same where rows can be held one by one."""
    return Planted(world.open_shop(make_app(**PROMOTED)))


@pytest.fixture
def small_batches(monkeypatch):
    """Many steps for few values."""
    monkeypatch.setattr(places, "BATCH", SMALL)
