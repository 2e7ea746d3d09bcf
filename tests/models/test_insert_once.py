"""insert_once(): the unique key decides who was first."""

import threading

import pytest
from sqlalchemy import select

from app.extensions import db, insert_once, reading, transaction
from app.kit import clock
from app.kit.tenancy import NoOrganization
from app.models import Provider
from tests import world


@pytest.fixture
def shop(on_both):
    return world.open_shop(on_both)


def names(shop):
    with shop.inside(), reading() as session:
        return sorted(session.scalars(select(Provider.name)))


def row(**more):
    now = clock.now()
    return {
        "id": "prv_x",
        "name": "x",
        "slug": "x",
        "is_active": True,
        "use_own_credentials": False,
        "late_policy": "accept",
        "created_at": now,
        "updated_at": now,
        **more,
    }


def test_a_row_is_inserted_once(shop):
    with shop.inside():
        with transaction():
            assert insert_once(Provider, **row())
            assert not insert_once(Provider, **row())
        with transaction():
            assert not insert_once(Provider, **row(id="prv_y", name="y"))
    assert names(shop) == ["Bitloader", "x"]


def test_of_two_threads_one_inserts_the_row(shop):
    won, ready = [], threading.Barrier(2)

    def insert(number):
        with shop.inside(), transaction():
            ready.wait(10)
            won.append(insert_once(Provider, **row(id=f"prv_{number}")))

    threads = [threading.Thread(target=insert, args=(number,)) for number in range(2)]
    if db_is_sqlite(shop):  # the second step waits for the first before it begins
        ready = threading.Barrier(1)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(won) == [False, True]


def db_is_sqlite(shop):
    with shop.app.app_context():
        return db.engine.dialect.name == "sqlite"


def test_a_row_of_another_organization_is_not_inserted(shop):
    refused = pytest.raises(RuntimeError, match="another organization")
    with shop.inside(), refused, transaction():
        insert_once(Provider, **row(org_id="org_other"))
    with shop.app.app_context(), pytest.raises(NoOrganization), transaction():
        insert_once(Provider, **row())
