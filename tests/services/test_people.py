"""Signing in and up: one answer for everything wrong, few guesses, and the owner still gets in."""

import threading

import pytest
from sqlalchemy import select

from app.extensions import db, reading, transaction
from app.kit import clock
from app.kit.errors import AppError, Conflict, Forbidden, Refused
from app.models import Organization, Task, User, UserSession
from app.services import organizations, passwords, people, sessions, signing_up

PASSWORD = "a quiet afternoon in May"
NEW = "seven herons over the mill"
EMAIL = "ada@example.com"


@pytest.fixture
def ada(on_both):
    with on_both.app_context():
        yield organizations.create_user(EMAIL, PASSWORD, org="Acme")


@pytest.fixture
def hashed(monkeypatch):
    """How many passwords reach the hash, which costs a tenth of a second each."""
    reached = []
    real = passwords.verify_password

    def look(stored, password):
        reached.append(password)
        return real(stored, password) if password == PASSWORD else False

    monkeypatch.setattr(passwords, "verify_password", look)
    return reached


def test_the_right_password_says_who_it_is(ada):
    assert people.sign_in(f" {EMAIL.upper()} ", PASSWORD, address="192.0.2.1").id == ada.id


def test_everything_wrong_gets_one_same_answer(ada):
    disabled = organizations.create_user("bob@example.com", PASSWORD, org="Acme")
    with transaction():
        db.session.get_one(User, disabled.id).disabled_at = clock.now()
    said = set()
    for email, password in [
        (EMAIL, "wrong password here"),
        ("nobody@example.com", PASSWORD),
        ("bob@example.com", PASSWORD),
        ("", ""),
    ]:
        with pytest.raises(Refused) as refusal:
            people.sign_in(email, password, address="192.0.2.1")
        said.add((refusal.value.message, refusal.value.code, refusal.value.status))
    assert len(said) == 1


def guess(times: int, address=lambda number: "192.0.2.66", known=None) -> None:
    for number in range(times):
        with pytest.raises(AppError):
            people.sign_in(EMAIL, f"guess number {number}", address=address(number), known=known)


def test_of_many_guesses_few_reach_the_hash_and_the_owner_gets_in_from_elsewhere(ada, hashed):
    """A thousand, by two processes, come in tests/services/test_guesses.py."""
    guess(40)
    assert len(hashed) <= 20
    assert people.sign_in(EMAIL, PASSWORD, address="198.51.100.7").id == ada.id


def test_guesses_from_many_places_do_not_lock_out_a_browser_that_is_known(ada, hashed):
    guess(40, address=lambda number: f"203.0.113.{number}")
    assert len(hashed) <= 20
    with pytest.raises(AppError) as stranger:
        people.sign_in(EMAIL, PASSWORD, address="198.51.100.7")
    assert stranger.value.status == 429
    assert people.sign_in(EMAIL, PASSWORD, address="198.51.100.7", known=ada.id).id == ada.id


def test_a_known_browser_does_not_guess_without_end_either(ada, hashed):
    guess(12, known=ada.id)
    assert len(hashed) == 5


def test_one_address_does_not_try_many_accounts(on_both, hashed):
    with on_both.app_context():
        for number in range(104):
            with pytest.raises(AppError):
                people.sign_in(f"user{number}@example.com", "x" * 12, address="192.0.2.66")
    assert len(hashed) == 100


def test_giving_the_password_again_is_limited_too(ada, hashed):
    who = sessions.find(sessions.start(ada))
    for number in range(10):
        with pytest.raises(AppError):
            people.prove(who, f"guess number {number}")
    assert len(hashed) == 5


# --- a password that is replaced while it is being proven


def store(user_id: str, password: str) -> str:
    """Another password is stored, by somebody else; its hash."""
    hashed = passwords.hash_password(password)
    with transaction():
        db.session.get_one(User, user_id).password_hash = hashed
    return hashed


def stored(user_id: str) -> str:
    with reading() as session:
        return session.get_one(User, user_id).password_hash


@pytest.fixture
def replaced(ada, monkeypatch):
    """Once the old password was found right, another one is stored; its hash."""
    real, hashes = passwords.verify_password, []

    def verify(known, password):
        right = real(known, password)
        if right and not hashes:
            hashes.append(store(ada.id, NEW))
        return right

    monkeypatch.setattr(passwords, "verify_password", verify)
    return hashes


def test_a_new_password_is_not_overwritten_by_who_knew_the_one_before(ada, replaced):
    who = sessions.find(sessions.start(ada))
    with pytest.raises(Conflict) as refusal:
        people.change_password(who, PASSWORD, "eleven herons over the mill")
    assert refusal.value.code == "password_changed_meanwhile"
    assert stored(ada.id) == replaced[0]
    with reading() as session:
        assert session.scalars(select(Task.id)).all() == [], "no letter says that it was changed"


def test_who_proved_the_old_password_gets_no_session_after_the_new_one(ada, replaced):
    proven = people.sign_in(EMAIL, PASSWORD, address="192.0.2.1")
    with pytest.raises(Refused) as refusal:
        sessions.start(proven)
    assert refusal.value.code == "wrong_password"
    with reading() as session:
        assert session.scalars(select(UserSession.id)).all() == []


def test_who_is_disabled_between_password_and_session_gets_none(ada):
    proven = people.sign_in(EMAIL, PASSWORD, address="192.0.2.1")
    with transaction():
        db.session.get_one(User, ada.id).disabled_at = clock.now()
    with pytest.raises(Refused):
        sessions.start(proven)


def test_a_password_that_is_hashed_anew_lets_in_at_once(ada, monkeypatch):
    monkeypatch.setattr(passwords, "needs_rehash", lambda hashed: hashed == ada.password_hash)
    proven = people.sign_in(EMAIL, PASSWORD, address="192.0.2.1")
    assert proven.password_hash == stored(ada.id) != ada.password_hash
    assert sessions.find(sessions.start(proven))


@pytest.mark.parametrize(("meanwhile", "is_in"), [(PASSWORD, True), (NEW, False)])
def test_of_two_new_hashes_at_one_moment_the_password_decides(ada, monkeypatch, meanwhile, is_in):
    """Another browser of theirs stores a new hash of the same password, or a letter's link that of
    a new one."""

    def needs(hashed):
        store(ada.id, meanwhile)
        return True

    monkeypatch.setattr(passwords, "needs_rehash", needs)
    if is_in:
        assert sessions.start(people.sign_in(EMAIL, PASSWORD, address="192.0.2.1"))
        return
    with pytest.raises(Refused):
        people.sign_in(EMAIL, PASSWORD, address="192.0.2.1")
    assert passwords.verify_password(stored(ada.id), NEW), "the old one was not brought back"


# --- signing up


@pytest.fixture
def production(make_app):
    def make(**more):
        return make_app(
            APP_ENV="production",
            PUBLIC_BASE_URL="https://pay.example.com",
            WEBHOOK_ALLOWED_CIDRS="",
            **more,
        )

    return make


def test_in_production_the_first_person_needs_the_link_from_the_log(production):
    with production().app_context():
        with pytest.raises(Forbidden):
            signing_up.sign_up(EMAIL, PASSWORD, "Acme")
        with pytest.raises(Forbidden):
            signing_up.sign_up(EMAIL, PASSWORD, "Acme", token="0" * 40)
        link = signing_up.first_link()
        assert link.startswith("https://pay.example.com/signup?first=")
        token = link.partition("=")[2]
        signing_up.sign_up(EMAIL, PASSWORD, "Acme", token=token)
        assert signing_up.first_link() is None
        with pytest.raises(Forbidden):
            signing_up.sign_up("bob@example.com", PASSWORD, "Second", token=token)


def test_who_signs_up_where_it_is_open_does_not_get_the_operators_keys(production):
    with production(SIGNUP="open").app_context():
        first = signing_up.first_link().partition("=")[2]
        signing_up.sign_up(EMAIL, PASSWORD, "Acme", token=first)
        signing_up.sign_up("bob@example.com", PASSWORD, "Acme")
        with reading() as session:
            rows = session.execute(
                select(Organization.slug, Organization.uses_platform_credentials).order_by(
                    Organization.id
                )
            ).all()
    assert rows[0] == ("acme", True)
    assert rows[1].slug.startswith("acme-")
    assert rows[1].uses_platform_credentials is False


def test_a_demo_person_is_not_the_first(app):
    with app.app_context():
        organizations.create_user("demo@gatehouse.example", PASSWORD, org="Demo", is_demo=True)
        assert signing_up.may_sign_up(None)


def test_of_two_first_people_at_once_one_has_to_wait(make_app):
    app = make_app()
    barrier, came_of = threading.Barrier(2), []

    def sign_up(number):
        with app.app_context():
            barrier.wait()
            try:
                signing_up.sign_up(f"user{number}@example.com", PASSWORD, "Acme")
                came_of.append("in")
            except AppError as error:
                came_of.append(error.code)

    threads = [threading.Thread(target=sign_up, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert came_of.count("in") == 1


def test_the_first_person_tries_again_at_once_after_a_short_password(app):
    with app.app_context():
        with pytest.raises(Refused):
            signing_up.sign_up(EMAIL, "short", "Acme")
        assert signing_up.sign_up(EMAIL, PASSWORD, "Acme").email == EMAIL


def test_two_organizations_of_one_name_both_open(make_app):
    with make_app(SIGNUP="open").app_context():
        signing_up.sign_up(EMAIL, PASSWORD, "Acme")
        signing_up.sign_up("bob@example.com", PASSWORD, "Acme")
        with reading() as session:
            slugs = session.scalars(select(Organization.slug)).all()
    assert len(set(slugs)) == 2


def test_signing_up_ends_after_ten_an_hour_from_one_address(make_app):
    with make_app(SIGNUP="open").app_context():
        signing_up.sign_up(EMAIL, PASSWORD, "Acme", address="192.0.2.1")
        for _ in range(9):
            with pytest.raises(Refused):
                signing_up.sign_up(EMAIL, PASSWORD, "Acme", address="192.0.2.1")
        with pytest.raises(AppError) as stopped:
            signing_up.sign_up(EMAIL, PASSWORD, "Acme", address="192.0.2.1")
    assert stopped.value.status == 429


def test_signing_in_rightly_uses_up_no_tries(ada):
    for number in range(30):
        people.sign_in(EMAIL, PASSWORD, address=f"203.0.113.{number}")


@pytest.mark.parametrize(
    ("email", "password", "name"),
    [("no address", PASSWORD, "Acme"), (EMAIL, "short", "Acme"), (EMAIL, PASSWORD, " ")],
)
def test_what_will_not_do_leaves_nothing_behind(app, email, password, name):
    with app.app_context():
        with pytest.raises(Refused):
            signing_up.sign_up(email, password, name)
        with reading() as session:
            assert session.scalars(select(User.id)).all() == []
            assert session.scalars(select(Organization.id)).all() == []


def test_where_everybody_is_invited_the_first_comes_by_the_link_and_nobody_after(make_app):
    app = make_app(SIGNUP="invite")
    with app.app_context():
        assert not signing_up.may_sign_up(None)
        token = signing_up.first_link().rpartition("=")[2]
        assert signing_up.may_sign_up(token)
        signing_up.sign_up(EMAIL, PASSWORD, "Acme", token=token)
        assert not signing_up.may_sign_up(token)
