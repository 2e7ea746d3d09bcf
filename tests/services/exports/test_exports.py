"""Exports hold what the list shows, whole and once, whoever dies; and go when their time is up."""

import csv
import os
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.extensions import transaction
from app.kit.errors import NotFound
from app.models import ExportStatus
from app.services import exports, tasks
from app.services.exports import asking, batches, files, writing
from app.services.orders.filters import Filter
from tests import orders, world


@pytest.fixture
def shop(on_both, monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 4)
    return world.open_shop(on_both)


def start(shop, wanted=Filter()) -> str:  # noqa: B008, it is frozen
    with shop.inside():
        return exports.start(wanted, ["order_id"], "UTC", actor="ada@example.com")


def state(shop, export_id) -> tuple[str, int, int | None]:
    with shop.inside():
        row = exports.get(export_id)
    return row.state, row.written, row.total


def written(shop, export_id) -> list[str]:
    with shop.inside():
        path = exports.path_of_ready(export_id)
    assert path.stat().st_mode & 0o077 == 0
    with path.open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    assert head == ["order_id"]
    return [one for (one,) in rows]


@pytest.mark.parametrize("number", [0, 3, 4, 9])
def test_a_file_holds_every_order_once_in_the_lists_order(shop, number):
    made = orders.add_several(shop, *[{}] * number)[::-1]
    export_id = start(shop)
    world.run_tasks(shop.app)
    assert state(shop, export_id) == ("ready", number, number)
    assert written(shop, export_id) == made


def test_a_file_holds_what_the_filter_leaves(shop):
    orders.add_several(shop, *[{}] * 5)
    one = orders.add(shop, amount_minor=5000, item_name="Chair")
    export_id = start(shop, Filter(least=Decimal("49.99"), begins="chair"))
    world.run_tasks(shop.app)
    assert written(shop, export_id) == [one]


def test_whoever_goes_on_after_a_death_repeats_and_misses_nothing(shop, monkeypatch):
    made = orders.add_several(shop, *[{}] * 10)[::-1]
    export_id = start(shop)
    real, calls = writing._note, []

    def die(*args):
        calls.append(args)
        if len(calls) == 2:
            raise SystemError("the second batch is on disk, and nobody noted it")
        return real(*args)

    monkeypatch.setattr(writing, "_note", die)
    with shop.inside():
        with pytest.raises(SystemError):
            exports.write(export_id)
        assert exports.get(export_id).written == 4
        assert exports.write(export_id) is None
    assert written(shop, export_id) == made


def test_a_long_one_is_written_in_slices(shop, monkeypatch):
    made = orders.add_several(shop, *[{}] * 9)[::-1]
    monkeypatch.setattr(writing, "SLICE", -1.0)
    export_id = start(shop)
    with shop.inside():
        assert isinstance(exports.write(export_id), tasks.Again)
    assert state(shop, export_id)[0] == "writing"
    monkeypatch.setattr(writing, "SLICE", 20.0)
    world.run_tasks(shop.app)
    assert written(shop, export_id) == made


def test_one_that_is_cancelled_while_it_is_written_leaves_nothing(shop, monkeypatch):
    orders.add_several(shop, *[{}] * 9)
    export_id = start(shop)
    real = writing._note

    def cancelled_meanwhile(*args):
        exports.cancel(export_id)
        return real(*args)

    monkeypatch.setattr(writing, "_note", cancelled_meanwhile)
    world.run_tasks(shop.app)
    assert state(shop, export_id)[0] == "cancelled"
    with shop.inside():
        assert not files._path(export_id).exists()
        with pytest.raises(NotFound):
            exports.path_of_ready(export_id)


def test_of_two_that_write_the_same_one_stops(shop, monkeypatch):
    made = orders.add_several(shop, *[{}] * 9)[::-1]
    export_id = start(shop)
    real, inner = writing._note, []

    def overtaken(*args):
        if not inner:
            inner.append(True)
            assert exports.write(export_id) is None, "the other one comes to the end"
        return real(*args)

    monkeypatch.setattr(writing, "_note", overtaken)
    world.run_tasks(shop.app)
    assert written(shop, export_id) == made


def test_a_file_goes_when_its_day_is_over(shop, later):
    orders.add(shop)
    export_id = start(shop)
    world.run_tasks(shop.app)
    with shop.inside():
        path = exports.path_of_ready(export_id)
    later(writing.KEEP + 1)
    assert state(shop, export_id)[0] == "expired", "at once, whenever the task runs"
    with shop.inside(), pytest.raises(NotFound):
        exports.path_of_ready(export_id)
    world.run_tasks(shop.app)
    assert not path.exists()


def test_one_that_is_given_up_says_so(shop):
    export_id = start(shop)
    with shop.inside(), transaction():
        exports.abandon(tasks.Claimed(1, shop.org_id, "", {"export": export_id}, None, 20, ""))
    assert state(shop, export_id)[0] == ExportStatus.failed


def test_an_organizations_end_takes_its_files(shop):
    orders.add(shop)
    export_id = start(shop)
    world.run_tasks(shop.app)
    with shop.inside():
        path = exports.path_of_ready(export_id)
        with transaction():
            exports.drop_all()
        assert not path.exists()
        with pytest.raises(NotFound):
            exports.get(export_id)


def test_what_is_sent_at_once_is_read_in_batches_and_never_held(shop):
    made = orders.add_several(shop, *[{}] * 9)[::-1]
    with shop.inside():
        pieces = list(exports.at_once(Filter(), ["order_id"], "UTC", actor="ada@example.com"))
    assert [piece.count(b"\r\n") for piece in pieces] == [1, 4, 4, 1]
    assert b"".join(pieces).decode().split("\r\n")[1:-1] == made


def test_whether_an_answer_can_carry_them_is_known_without_counting_all(shop, monkeypatch):
    orders.add_several(shop, *[{}] * 6)
    with shop.inside():
        assert exports.fits_at_once(Filter())
        monkeypatch.setattr(asking, "AT_ONCE", 5)
        assert not exports.fits_at_once(Filter())
        assert exports.fits_at_once(Filter(gateway="stripe"))


@pytest.mark.soak
@pytest.mark.parametrize("way", ["at once", "as a task"])
def test_200_000_orders_take_no_more_than_50_mb(app, way):
    shop = world.open_shop(app)
    orders.fill(shop, 200_000)
    names = list(exports.COLUMNS)
    before, most, size = resident(), 0, 0
    with shop.inside():
        if way == "at once":
            for piece in asking._pieces(shop.org_id, Filter(), names, ZoneInfo("UTC")):
                most, size = max(most, resident()), size + piece.count(b"\r\n")
        else:
            export_id = exports.start(Filter(), names, "UTC", actor="ada@example.com")
            while exports.write(export_id):
                most = max(most, resident())
            most = max(most, resident())
            with exports.path_of_ready(export_id).open("rb") as file:
                size = sum(1 for _ in file)
    assert size == 200_001
    assert most - before < 50 * 1024 * 1024


def resident() -> int:
    """Bytes of memory this process holds now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
