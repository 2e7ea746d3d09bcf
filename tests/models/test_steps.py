"""transaction(), reading(), insert_once(): what may happen where."""

import threading

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.extensions import (
    changed,
    db,
    in_transaction,
    insert_once,
    reading,
    this_transaction,
    transaction,
)
from app.kit.tenancy import as_org
from app.models import ApiKey, Organization, Provider
from tests import world


@pytest.fixture
def shop(on_both):
    return world.open_shop(on_both)


def names(shop):
    with shop.inside(), reading() as session:
        return sorted(session.scalars(select(Provider.name)))


def busy(app):
    with app.app_context():
        return db.engine.pool.checkedout()


def test_a_step_commits_what_it_did_and_its_objects_stay_readable(shop):
    with shop.inside():
        with transaction():
            made = Provider(name="second", slug="second")
            db.session.add(made)
        assert made.name == "second"
        assert made not in db.session
    assert names(shop) == ["Bitloader", "second"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_step_that_fails_leaves_no_trace(shop, error):
    def fail():
        with transaction() as step:
            step.after_commit(lambda: pytest.fail("nothing was committed"))
            db.session.add(Provider(name="second", slug="second"))
            db.session.flush()
            raise error

    with shop.inside():
        with pytest.raises(error):
            fail()
        assert not in_transaction()
    assert names(shop) == ["Bitloader"]
    assert busy(shop.app) == 0


def test_a_commit_that_fails_leaves_no_trace(shop):
    def fail():
        with transaction() as step:
            step.after_commit(lambda: pytest.fail("nothing was committed"))
            db.session.add(Provider(name="second", slug="second"))
            db.session.add(ApiKey(provider_id="prv_nobody", prefix="x", last_four="x", scopes=[]))

    with shop.inside(), pytest.raises(IntegrityError):
        fail()
    assert names(shop) == ["Bitloader"]


def test_what_follows_a_commit_runs_after_it_and_outside_of_it(shop):
    seen = []
    with shop.inside(), transaction() as step:
        step.after_commit(lambda: seen.append((in_transaction(), names_in_context())))
        db.session.add(Provider(name="second", slug="second"))
        assert seen == []
    assert seen == [(False, ["Bitloader", "second"])]


def names_in_context():
    with reading() as session:
        return sorted(session.scalars(select(Provider.name)))


@pytest.mark.parametrize("outer", [transaction, reading])
@pytest.mark.parametrize("inner", [transaction, reading])
def test_steps_never_nest(shop, outer, inner):
    with shop.inside(), outer():
        with pytest.raises(RuntimeError), inner():
            pytest.fail("it did")
        assert in_transaction()


def test_two_threads_may_each_have_a_step(shop):
    found = []

    def other():
        with shop.inside(), reading() as session:
            found.extend(session.scalars(select(Provider.name)))

    with shop.inside(), reading():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(10)
    assert found == ["Bitloader"]


@pytest.mark.parametrize(
    "write",
    [
        lambda s: (s.add(Provider(name="x", slug="x")), s.flush()),
        lambda s: (s.add(Provider(name="x", slug="x")), s.commit()),
        lambda s: s.execute(update(Provider).values(name="x")),
        lambda s: s.scalars(select(Provider)).one(),
    ],
    ids=["flush", "commit", "update", "read"],
)
def test_the_database_is_used_inside_a_block_alone(shop, write):
    with shop.inside():
        with pytest.raises(RuntimeError, match="inside transaction"):
            write(db.session)
        db.session.rollback()
    assert names(shop) == ["Bitloader"]


@pytest.mark.parametrize(
    "write",
    [
        lambda s: (s.add(Provider(name="x", slug="x")), s.flush()),
        lambda s: (s.add(Provider(name="x", slug="x")), s.scalars(select(Provider)).all()),
        lambda s: (setattr(s.scalars(select(Provider)).one(), "name", "x"), s.flush()),
        lambda s: (s.delete(s.scalars(select(Provider)).one()), s.commit()),
        lambda s: s.execute(update(Provider).values(name="x")),
    ],
    ids=["flush", "autoflush", "change", "delete", "update"],
)
def test_reading_does_not_write(shop, write):
    with shop.inside(), pytest.raises(RuntimeError), reading() as session:
        write(session)
    assert names(shop) == ["Bitloader"]
    assert busy(shop.app) == 0


def test_what_was_added_while_reading_is_not_written_later(shop):
    with shop.inside():
        with reading() as session:
            session.add(Provider(name="x", slug="x"))
        with transaction():
            pass
    assert names(shop) == ["Bitloader"]


@pytest.mark.parametrize("block", [reading, transaction])
def test_the_connection_goes_back_when_the_block_ends(shop, block):
    with shop.inside():
        with block():
            db.session.scalars(select(Provider)).all()
            assert db.engine.pool.checkedout() == 1
        assert db.engine.pool.checkedout() == 0


def test_a_part_needs_an_open_step(shop):
    values = {"id": "prv_x", "name": "x", "slug": "x"}
    with shop.inside():
        for part in (
            this_transaction,
            lambda: insert_once(Provider, **values),
            lambda: changed(update(Provider).values(name="x")),
        ):
            with pytest.raises(RuntimeError, match="open transaction"):
                part()
            with reading(), pytest.raises(RuntimeError, match="open transaction"):
                part()


def test_an_update_tells_how_many_rows_it_changed(shop):
    with shop.inside(), transaction():
        assert changed(update(Provider).values(name="x")) == 1
        assert changed(update(Provider).where(Provider.name == "y").values(name="z")) == 0


def test_every_organization_sees_its_own_in_the_same_context(shop):
    other = world.open_shop(shop.app, org="Rival", name="Theirs")
    with shop.app.app_context():
        for one, name in ((shop, "Bitloader"), (other, "Theirs")):
            with as_org(one.org_id), reading() as session:
                assert session.scalars(select(Provider.name)).all() == [name]
        with reading() as session:
            assert len(session.scalars(select(Organization)).all()) == 2
