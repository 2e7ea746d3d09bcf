"""Shops to back up, and the programs of the server that does it."""

import os

import pytest

from tests import escrow, world
from tests.servers import postgres


@pytest.fixture(autouse=True)
def programs(monkeypatch):
    """pg_dump and pg_restore of the server's version."""
    monkeypatch.setenv("PATH", f"{postgres.programs()}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def shop(on_both):
    """A shop with sealed keys, a paid order, and one whose money is held."""
    shop = world.open_shop(on_both, webhook_url="http://127.0.0.1:5998/hook")
    world.connect_stripe(shop)
    shop.pay(shop.order())
    escrow.held(shop)
    return shop


@pytest.fixture
def on_postgresql(app):
    shop = world.open_shop(app)
    world.connect_stripe(shop)
    shop.pay(shop.order())
    return shop
