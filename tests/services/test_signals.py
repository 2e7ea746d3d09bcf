"""What happens to people is told to whoever listens, after the commit."""

import pytest

from app.extensions import in_transaction, transaction
from app.kit.errors import Refused
from app.services import organizations, people, sessions, signals, signing_up

PASSWORD = "a quiet afternoon in May"
NAMES = ("signed_up", "signed_in", "sign_in_refused", "signed_out", "password_changed")


@pytest.fixture
def heard():
    found, receivers = [], []
    for name in NAMES:

        def receive(_sender, *, name=name, **told):
            assert not in_transaction()
            found.append((name, told))

        getattr(signals, name).connect(receive)
        receivers.append(receive)  # signals hold receivers weakly
    yield found
    for name, receive in zip(NAMES, receivers, strict=True):
        getattr(signals, name).disconnect(receive)


def test_each_thing_that_happens_is_told_once(app, heard):
    with app.app_context():
        user = signing_up.sign_up("ada@example.com", PASSWORD, "Acme", address="192.0.2.1")
        people.sign_in("ada@example.com", PASSWORD, address="192.0.2.1")
        who = sessions.find(sessions.start(user, address="192.0.2.1"))
        with pytest.raises(Refused):
            people.sign_in("ada@example.com", "not the password", address="192.0.2.7")
        with pytest.raises(Refused):
            people.sign_in("bob@example.com", PASSWORD, address="192.0.2.7")
        people.change_password(who, PASSWORD, "seven herons over the mill")
        sessions.end(who, who.session_id)
    assert heard == [
        ("signed_up", {"user_id": user.id}),
        ("signed_in", {"user_id": user.id, "session_id": who.session_id, "address": "192.0.2.1"}),
        ("sign_in_refused", {"user_id": user.id, "address": "192.0.2.7"}),
        ("sign_in_refused", {"user_id": None, "address": "192.0.2.7"}),
        ("password_changed", {"user_id": user.id}),
        ("signed_out", {"user_id": user.id, "session_id": who.session_id}),
    ]


def test_of_every_browser_that_is_signed_out_it_is_told(app, heard):
    with app.app_context():
        user = organizations.create_user("ada@example.com", PASSWORD, org="Acme")
        here, *others = (sessions.find(sessions.start(user)).session_id for _ in range(3))
        heard.clear()
        assert sessions.end_all(user.id, but=here) == 2
        assert _signed_out(heard, user) == sorted(others)
        assert sessions.end_all(user.id) == 1
        assert _signed_out(heard, user) == sorted([here, *others]), "and once only"


def test_a_new_password_tells_of_the_browsers_it_signs_out(app, heard):
    with app.app_context():
        user = organizations.create_user("ada@example.com", PASSWORD, org="Acme")
        here, there = (sessions.find(sessions.start(user)) for _ in range(2))
        people.change_password(here, PASSWORD, "seven herons over the mill")
    assert _signed_out(heard, user) == [there.session_id]


def test_what_is_not_committed_is_not_told(app, heard):
    with app.app_context():
        user = organizations.create_user("ada@example.com", PASSWORD, org="Acme")
        sessions.start(user)
        with pytest.raises(ZeroDivisionError), transaction():
            sessions.end_each(user.id)
            raise ZeroDivisionError
    assert _signed_out(heard, user) == []


def _signed_out(heard, user) -> list[str]:
    told = [told for name, told in heard if name == "signed_out"]
    assert {one["user_id"] for one in told} <= {user.id}
    return sorted(one["session_id"] for one in told)


def test_a_receiver_that_fails_undoes_nothing(app, heard):
    @signals.signed_in.connect
    def fails(_sender, **_told):
        raise ZeroDivisionError

    with app.app_context():
        user = organizations.create_user("ada@example.com", PASSWORD, org="Acme")
        assert sessions.find(sessions.start(user))
    signals.signed_in.disconnect(fails)
    assert [name for name, _ in heard] == ["signed_in"]
