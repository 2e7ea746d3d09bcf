"""When a delivery is tried, told by what is stored, under a clock that stands still."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit import clock
from app.models import DeliveryStatus
from app.services.deliveries import schedule
from tests.services.deliveries.conftest import hook

DAY = 86_400
TAIL = [60, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]


def seconds_after(frozen, moment) -> float:
    return (moment - frozen.start).total_seconds()


def fail_on(hooked, frozen, tries: int) -> list[float]:
    """Let every try fail; the waits that were stored after each."""
    hooked.tell()
    waits, previous = [], 0.0
    for _ in range(tries):
        hooked.try_once()
        due = hooked.delivery().next_attempt_at
        if due is None:
            break
        waits.append(seconds_after(frozen, due) - previous)
        frozen(waits[-1])
        previous = seconds_after(frozen, due)
    return waits


def test_the_first_five_start_at_0_1_3_7_and_15_seconds(hooked, answering, frozen):
    answering(500)
    starts = [seconds_after(frozen, hooked.delivery(hooked.tell()).next_attempt_at)]
    for _ in range(4):
        hooked.try_once()
        due = hooked.delivery().next_attempt_at
        starts.append(seconds_after(frozen, due))
        frozen(0.999 * (starts[-1] - starts[-2]))
        assert hooked.nothing_due()
        frozen(0.001 * (starts[-1] - starts[-2]))
    hooked.try_once()
    assert starts == [0, 1, 3, 7, 15]
    assert [seconds_after(frozen, one.started_at) for one in hooked.attempts()] == starts


def test_then_the_tail_lengthened_by_a_tenth_at_most(hooked, answering, frozen):
    answering(500)
    waits = fail_on(hooked, frozen, 20)
    assert len(waits) == 13
    for wait, base in zip(waits[4:], TAIL, strict=True):
        assert base <= wait <= base * 1.1
    last = hooked.delivery()
    assert (last.status, last.attempts, last.next_attempt_at) == (DeliveryStatus.failed, 14, None)
    assert (last.last_status_code, last.last_error) == (500, "E_STATUS")
    frozen(30 * DAY)
    assert hooked.nothing_due()


def test_without_the_tail_five_tries_are_all(make_app, httpserver, answering, frozen):
    hooked = hook(make_app(WEBHOOK_SLOW_RETRIES="off"), httpserver)
    answering(500)
    assert fail_on(hooked, frozen, 20) == [1, 2, 4, 8]
    assert (hooked.delivery().status, len(hooked.attempts())) == (DeliveryStatus.failed, 5)


def test_jitter_is_only_ever_added(frozen):
    waits = [seconds_after(frozen, schedule.next_attempt(5, slow=True)) for _ in range(10_000)]
    assert 60 <= min(waits) < 60.1 and 65.9 < max(waits) <= 66


def test_the_quick_tries_have_no_jitter(frozen):
    for made, wait in enumerate(schedule.FAST, start=1):
        assert {schedule.next_attempt(made, slow=True) for _ in range(100)} == {
            frozen.start + timedelta(seconds=wait)
        }


HOUR = 3600
HINTS = [
    ("120", 120),
    ("0", 1),
    ("", 1),
    ("garbage", 1),
    ("-5", 1),
    ("1.5", 1),
    ("1e3", 1),
    ("\u0661\u0662\u0660", 1),  # digits, though not ASCII's
    (str(10**9), HOUR),
    ("9" * 5000, HOUR),
    ("Sun, 01 Mar 2026 12:02:00 GMT", 120),
    ("Sun, 01 Mar 2026 13:02:00 +0100", 120),
    ("Sun, 01 Mar 2026 11:00:00 GMT", 1),
    ("Fri, 31 Dec 9999 23:59:59 GMT", HOUR),
    ("Sun, 01 Mar 2026 12:02:00", 1),
]


@pytest.mark.parametrize(("hint", "wait"), HINTS)
def test_a_receivers_hint_lengthens_the_wait_within_reason(frozen, hint, wait):
    due = schedule.next_attempt(1, slow=True, headers={"retry-after": hint})
    assert seconds_after(frozen, due) == wait


DATES = st.builds(
    "{}, {} {} {} {}:{}:{} {}".format,
    st.sampled_from(["Sun", "", "x"]),
    *[st.integers(-1, 100), st.sampled_from(["Mar", "Foo", ""]), st.integers(-1, 10**6)],
    *[st.integers(-1, 99) for _ in range(3)],
    st.sampled_from(["GMT", "-0000", "+9999", "-2359", "", "Z"]),
)


@given(st.text(max_size=60) | DATES)
def test_no_hint_breaks_us_or_goes_beyond_the_cap(hint):
    before = clock.now()
    wait = schedule.next_attempt(1, slow=True, headers={"retry-after": hint}) - before
    assert 1 <= wait.total_seconds() < HOUR + 5


def test_a_hint_never_shortens_a_wait_and_may_double_a_long_one(frozen):
    headers = {"retry-after": "60"}
    assert seconds_after(frozen, schedule.next_attempt(4, slow=True)) == 8
    assert seconds_after(frozen, schedule.next_attempt(4, slow=True, headers=headers)) == 60
    long = seconds_after(
        frozen, schedule.next_attempt(13, slow=True, headers={"retry-after": str(10**9)})
    )
    assert 2 * DAY <= long <= 2.2 * DAY


def test_a_hint_is_taken_from_the_answer(hooked, answering, frozen):
    answering(503, {"Retry-After": "120"})
    hooked.tell()
    hooked.try_once()
    assert seconds_after(frozen, hooked.delivery().next_attempt_at) == 120
    frozen(119)
    assert hooked.nothing_due()
    frozen(1)
    hooked.try_once()
