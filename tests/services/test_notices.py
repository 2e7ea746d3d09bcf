"""What is told, to whom, and who has read it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.adapters.gateways import base
from app.extensions import changed, db, reading, transaction
from app.kit.errors import NotFound
from app.models import Membership, Notice, NoticeKind, NoticeRead, Order, Payment, User
from app.services import exports, notices, refunding, sweep
from app.services.notices import Reader
from app.services.orders import attention
from app.services.orders.filters import Filter
from tests import world
from tests.merchant import person

KIND = NoticeKind.keys_refused


@pytest.fixture
def shop(on_both):
    return world.open_shop(on_both)


def reader(shop, role="owner", org="Acme") -> Reader:
    person(shop.app, role, org)
    with shop.app.app_context(), reading() as session:
        user = session.scalars(select(User).where(User.email.like(f"{role}@%"))).one()
    return Reader(user.id, user.email)


def tell(shop, kind=KIND, subject="stripe", **more) -> None:
    with shop.inside(), transaction():
        notices.tell(kind, subject, **more)


def kinds(shop) -> list[tuple[str, str]]:
    """What was told so far, oldest first: kind and subject."""
    with shop.inside(), reading() as session:
        rows = session.scalars(select(Notice).order_by(Notice.id)).all()
    return [(one.kind, one.subject) for one in rows]


def ids(shop, who, **more) -> list[str]:
    with shop.inside():
        return [one.notice.id for one in notices.page(who, **more).entries]


def unread(shop, who) -> int:
    with shop.inside():
        return notices.unread(who)


def test_each_person_reads_for_themselves(shop):
    ada, bob = reader(shop, "owner"), reader(shop, "viewer")
    tell(shop)
    tell(shop)
    newest, oldest = ids(shop, ada)
    with shop.inside():
        notices.mark_read(ada, oldest)
        notices.mark_read(ada, oldest)
        assert [one.is_read for one in notices.page(ada).entries] == [False, True]
    assert (unread(shop, ada), unread(shop, bob)) == (1, 2)
    with shop.inside():
        notices.mark_all_read(bob, newest)
    assert (unread(shop, ada), unread(shop, bob)) == (1, 0)


def test_all_is_what_was_shown_and_what_came_since_stays_new(shop):
    ada = reader(shop)
    tell(shop)
    (first,) = ids(shop, ada)
    with shop.inside():
        notices.mark_read(ada, first)
    tell(shop)
    with shop.inside():
        notices.mark_all_read(ada, first)
    assert unread(shop, ada) == 1
    with shop.inside():
        with reading() as session:
            assert session.scalars(select(NoticeRead)).all() == [], "the membership says it now"
        assert [one.is_read for one in notices.page(ada).entries] == [False, True]


def test_reading_up_to_an_earlier_one_makes_nothing_new_again(shop):
    ada = reader(shop)
    tell(shop)
    tell(shop)
    newest, oldest = ids(shop, ada)
    with shop.inside():
        notices.mark_all_read(ada, newest)
        notices.mark_all_read(ada, oldest)
    assert unread(shop, ada) == 0


def test_what_happened_before_a_person_came_is_not_new_to_them(shop):
    tell(shop)
    ada = reader(shop)
    assert (unread(shop, ada), len(ids(shop, ada))) == (0, 1)


def test_what_concerns_one_person_is_shown_to_nobody_else(shop):
    ada, bob = reader(shop, "owner"), reader(shop, "viewer")
    tell(shop, only_for=ada.email)
    (mine,) = ids(shop, ada)
    assert (ids(shop, bob), unread(shop, bob), unread(shop, ada)) == ([], 0, 1)
    for call in (notices.mark_read, notices.mark_all_read):
        with shop.inside(), pytest.raises(NotFound):
            call(bob, mine)


def test_another_organizations_notices_are_not_there(shop):
    other = world.open_shop(shop.app, org="Globex")
    ada = reader(shop)
    tell(other)
    assert ids(shop, ada) == []
    with other.inside(), reading() as session:
        theirs = session.scalars(select(Notice.id)).one()
    with shop.inside(), pytest.raises(NotFound):
        notices.mark_read(ada, theirs)


def test_pages_go_on_where_the_last_one_ended(shop):
    ada = reader(shop)
    for _ in range(5):
        tell(shop)
    with shop.inside():
        first = notices.page(ada, limit=3)
        second = notices.page(ada, limit=3, cursor=first.next_cursor)
    found = [one.notice.id for one in [*first.entries, *second.entries]]
    assert (found, second.next_cursor) == (sorted(found, reverse=True), None)
    assert len(set(found)) == 5


def test_the_same_again_within_a_while_is_told_once(shop, later):
    for subject in ("stripe", "stripe", "paypal"):
        tell(shop, subject=subject, once_in=timedelta(hours=1))
    assert len(kinds(shop)) == 2
    later(3601)
    tell(shop, once_in=timedelta(hours=1))
    assert len(kinds(shop)) == 3


def test_they_are_forgotten_after_90_days_with_who_read_them(shop, later):
    ada = reader(shop)
    tell(shop)
    (id_,) = ids(shop, ada)
    with shop.inside():
        notices.mark_read(ada, id_)
    later(89 * 86_400)
    with shop.app.app_context():
        sweep.purge()
    assert len(kinds(shop)) == 1
    later(2 * 86_400)
    with shop.app.app_context():
        sweep.purge()
    assert kinds(shop) == []
    with shop.inside(), reading() as session:
        assert session.scalars(select(NoticeRead)).all() == []


# --- where they are told


def test_money_that_is_not_what_was_asked_for_is_told_once(shop):
    order = shop.order(20, metadata={"scenario": "wrong_amount"})
    shop.pay(order)
    for _ in range(2):
        shop.see(order, sync=True)
    assert kinds(shop) == [("amount_mismatch", order["orderId"])]


def test_late_money_is_told(shop):
    order = shop.order(20, metadata={"scenario": "late"})
    shop.pay(order)
    world.run_serially(shop.app)
    assert kinds(shop) == [("paid_late", order["orderId"])]


def test_a_refund_that_failed_is_told(shop):
    order = shop.order(20)
    shop.pay(order)
    with shop.inside(), transaction():
        row, payment = (
            db.session.scalars(select(Order)).one(),
            db.session.scalars(select(Payment)).one(),
        )
        refund = refunding.reserve(row, payment, 500)
        refund.status = "failed"
        refunding.failed(row, payment, refund)
    assert kinds(shop) == [("refund_failed", order["orderId"])]


def test_keys_that_are_refused_are_told_of_once_a_day_unless_they_are_the_operators(shop):
    for scope in ("organization", "organization", "platform"):
        shop.order(20)
        with shop.inside(), transaction():
            changed(update(Order).values(scope_kind=scope, attention=None, gateway="stripe"))
            for row in db.session.scalars(select(Order)):
                attention.unanswered(row, base.Misconfigured("no"))
    assert kinds(shop) == [("keys_refused", "stripe")]


def test_an_export_is_told_to_whoever_asked_for_it(shop):
    ada, bob = reader(shop, "owner"), reader(shop, "viewer")
    with shop.inside():
        export_id = exports.start(Filter(), ["order_id"], "UTC", actor=ada.email)
    world.run_serially(shop.app)
    assert kinds(shop) == [("export_ready", export_id)]
    assert (unread(shop, ada), unread(shop, bob)) == (1, 0)


def test_whoever_left_is_told_nothing(shop):
    ada = reader(shop)
    tell(shop)
    with shop.inside(), transaction():
        db.session.delete(db.session.scalars(select(Membership)).one())
    assert unread(shop, ada) == 0
