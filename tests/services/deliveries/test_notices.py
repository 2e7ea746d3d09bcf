"""A receiver in trouble is told of on the merchants' pages."""

from sqlalchemy import select

from app.extensions import reading
from app.models import Notice
from app.services.deliveries.schedule import IN_A_ROW


def told(hooked) -> list[str]:
    with hooked.shop.inside(), reading() as session:
        return list(session.scalars(select(Notice.kind).order_by(Notice.id)).all())


def fail(hooked, times: int) -> None:
    for _ in range(times):
        hooked.tell()
        hooked.try_once_each()


def test_one_that_fails_more_often_than_a_restart_takes_is_told_of_once_a_day(
    hooked, answering, later
):
    answering(500)
    fail(hooked, IN_A_ROW - 1)
    assert told(hooked) == []
    fail(hooked, 3)
    assert told(hooked) == ["endpoint_failing"]
    hooked.change(failures=0, failing_since=None)
    fail(hooked, IN_A_ROW)
    assert told(hooked) == ["endpoint_failing"]


def test_one_that_is_switched_off_is_told_of(hooked, answering):
    answering(410)
    fail(hooked, 1)
    assert told(hooked) == ["endpoint_off"]
