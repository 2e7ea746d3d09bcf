"""Codes of an app and recovery codes: each counts once, and guessing ends soon."""

import threading
from datetime import UTC, datetime

import pyotp
import pytest

from app.extensions import db
from app.kit import clock
from app.kit.errors import AppError, Refused
from app.services import organizations, sealing, second_factor, sessions

PASSWORD = "a quiet afternoon in May"
MOMENT = datetime(2026, 5, 4, 9, 30, 10, tzinfo=UTC)  # ten seconds into a code's thirty


@pytest.fixture(autouse=True)
def stopped(time_machine):
    """The clock stands still, so that no code changes between two lines of a test."""
    time_machine.move_to(MOMENT, tick=False)


@pytest.fixture
def later(stopped, time_machine):
    """Move the clock on by some seconds, where it stands still again."""
    return time_machine.shift


@pytest.fixture
def ada(on_both):
    with on_both.app_context():
        yield organizations.create_user("ada@example.com", PASSWORD, org="Acme")


@pytest.fixture
def secret(ada):
    return second_factor.new_secret()


def code(secret: str, seconds: float = 0) -> str:
    return pyotp.TOTP(secret).at(int(clock.now().timestamp() + seconds))


@pytest.fixture
def codes(ada, secret):
    """The second factor is on; its recovery codes."""
    return second_factor.confirm(sessions.find(sessions.start(ada)), secret, code(secret))


def refused(user_id: str, typed: str) -> bool:
    try:
        second_factor.check(user_id, typed, address="192.0.2.1")
    except Refused:
        return True
    return False


def test_it_is_on_only_after_a_right_code(ada, secret):
    who = sessions.find(sessions.start(ada))
    with pytest.raises(Refused):
        second_factor.confirm(who, secret, "000000" if code(secret) != "000000" else "000001")
    assert not second_factor.is_on(ada.id)
    second_factor.confirm(who, secret, code(secret))
    assert second_factor.is_on(ada.id)


def test_a_code_counts_once(ada, secret, codes, later):
    assert refused(ada.id, code(secret)), "it was used to switch it on"
    later(30)
    assert not refused(ada.id, code(secret))
    assert refused(ada.id, code(secret))


def test_an_older_code_does_not_count_after_a_newer_one(ada, secret, codes, later):
    later(60)
    older = code(secret, -30)
    assert not refused(ada.id, code(secret))
    assert refused(ada.id, older)


@pytest.mark.parametrize(("seconds", "wrong"), [(-30, False), (30, False), (-90, True), (90, True)])
def test_a_clock_may_be_half_a_minute_off(ada, secret, codes, later, seconds, wrong):
    later(300)
    assert refused(ada.id, code(secret, seconds)) is wrong


def test_a_recovery_code_lets_in_once(ada, codes):
    assert len(set(codes)) == 10
    assert not refused(ada.id, codes[3].upper())
    assert refused(ada.id, codes[3])
    assert not refused(ada.id, codes[4])


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "x" * 1000])
def test_anything_else_is_wrong(ada, codes, typed):
    assert refused(ada.id, typed)


def test_five_wrong_codes_are_enough(ada, secret, codes, later):
    later(30)
    assert [refused(ada.id, "000000") for _ in range(5)].count(True) >= 4
    with pytest.raises(AppError) as stopped:
        second_factor.check(ada.id, code(secret), address="192.0.2.1")
    assert stopped.value.status == 429


def test_a_stranger_with_the_password_does_not_lock_the_owner_out(ada, secret, codes, later):
    later(30)
    for number in range(60):
        with pytest.raises(AppError):
            second_factor.check(ada.id, "000000", address=f"203.0.113.{number % 30}")
    second_factor.check(ada.id, code(secret), address="198.51.100.7", known=ada.id)


def test_a_secret_that_does_not_open_leaves_the_recovery_codes(ada, codes):
    from app.extensions import transaction
    from app.kit.crypto import Sealed
    from app.models import User

    with transaction():
        db.session.get_one(User, ada.id).totp = Sealed("enc:v1:00000000:" + "A" * 40)
    assert refused(ada.id, "123456")
    assert not refused(ada.id, codes[0].replace("-", " "))


def test_sent_twice_at_the_same_moment_it_counts_once(app):
    with app.app_context():
        user = organizations.create_user("ada@example.com", PASSWORD, org="Acme")
        secret = second_factor.new_secret()
        who = sessions.find(sessions.start(user))
        second_factor.confirm(who, secret, code(secret, -30))
    typed, let_in = code(secret), []
    barrier = threading.Barrier(4)

    def send():
        with app.app_context():
            barrier.wait()
            let_in.append(not refused(user.id, typed))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert let_in.count(True) == 1


def test_the_database_holds_neither_secret_nor_codes(ada, secret, codes):
    with db.engine.connect() as connection:
        rows = repr(connection.exec_driver_sql("SELECT * FROM users").all())
    assert "enc:v1:" in rows
    for one in (secret, *codes):
        assert one not in rows
    assert (sealing.verify().opened, sealing.verify().closed) == (1, [])


def test_it_can_be_switched_off(ada, codes):
    second_factor.remove(sessions.find(sessions.start(ada)))
    assert not second_factor.is_on(ada.id)
    assert refused(ada.id, codes[0])
