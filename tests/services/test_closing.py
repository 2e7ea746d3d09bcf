"""An organization is deleted: nobody gets in, no secret is left, the books stay."""

import pytest
from sqlalchemy import select, text

from app.extensions import db, reading, transaction
from app.kit import clock
from app.kit.errors import Conflict, Refused
from app.kit.tenancy import OrgScoped
from app.models import (
    AuditEntry,
    Order,
    OrderStatus,
    Payment,
    PaymentStatus,
    Provider,
    Refund,
    RefundStatus,
    Task,
)
from app.services import closing, invitations, organizations, sessions, tasks, webhook_endpoints
from app.services.sealing.places import COLUMNS
from tests import escrow, world
from tests.merchant import PASSWORD


def close(shop, typed="Acme"):
    with shop.inside():
        closing.close(typed, actor="ada@example.com")


@pytest.fixture
def erased(app, later):
    """Deleted, and what was let in before has come to its end."""

    def run(shop):
        close(shop)
        later(closing.IN_FLIGHT + 1)
        world.run_tasks(app)

    return run


@pytest.fixture
def paid(shop):
    order = shop.order(20)
    shop.pay(order)
    return order


def test_callers_people_and_gateways_are_locked_out_and_customers_keep_the_receipt(
    app, shop, paid, client
):
    world.connect_stripe(shop)
    with app.app_context():
        user = organizations.create_user("ada@example.com", PASSWORD, org="Acme")
        secret = sessions.start(user)
    with shop.inside():
        made = invitations.invite(sessions.find(secret), "bob@example.com", "viewer", locale="en")
        token = invitations.address_of(made).rpartition("/")[2]
    close(shop)
    assert shop.create(5).status_code == 401
    with app.app_context():
        assert sessions.find(secret).belongings == ()
        with pytest.raises(Refused):
            invitations.look(token)
    assert client.get(f"/checkout/o/{paid['token']}/receipt").status_code == 200


def sealed(shop) -> dict[str, list[str]]:
    """What lies sealed in every column of an organization, by the one list of such columns."""
    found: dict[str, list[str]] = {}
    with shop.inside(), reading() as session:
        for column in COLUMNS:
            if issubclass(column.model, OrgScoped):
                rows = session.scalars(select(column.model)).all()
                values = [str(one.stored.envelope) for row in rows for one in column.values(row)]
                found[column.name] = values
    return found


def test_no_secret_is_left_in_any_column_and_the_books_are(app, shop, paid, erased):
    world.connect_stripe(shop)
    world.connect_stripe(shop, key="sk_test_51GatehouseTestsOnly0002")  # the first one is kept
    with shop.inside():
        endpoint = webhook_endpoints.add(
            shop.provider_id, "https://shop.example.com/hook", ["payment_succeeded"], actor="ada"
        )
        (row,) = webhook_endpoints.list_of(shop.provider_id)
        webhook_endpoints.replace_secret(shop.provider_id, row.id, actor="ada")
    assert endpoint
    before = sealed(shop)
    assert all(before[name] for name in before if name != "provider_credentials.config")
    erased(shop)
    after = sealed(shop)
    kept = {name: set(after[name]) & set(before[name]) for name in after}
    assert kept == {name: set() for name in after}
    assert after["integration_config.config"] == after["inbound_events.body"] == []
    with shop.inside(), reading() as session:
        assert session.query(Order).count() == 1
        assert not session.query(Provider).one().is_active
        actions = [one.action for one in session.query(AuditEntry).order_by(AuditEntry.id)]
    assert actions[-2:] == ["organization.deleted", "organization.erased"]


def test_only_the_exact_name_deletes(shop):
    for typed in ("", "acme", "Acme Tickets"):
        with pytest.raises(Refused):
            close(shop, typed)
    assert shop.create(5).status_code == 200


def live(shop, order, *, real: bool = True) -> None:
    """As if its money were real: the sandbox knows test mode only."""
    with shop.inside(), transaction():
        db.session.get_one(Order, order["orderId"]).test_mode = not real
        for payment in db.session.scalars(select(Payment)):
            payment.test_mode = not real


def test_while_real_money_is_under_way_it_is_kept(shop, app):
    order = shop.order(20)
    live(shop, order)
    with pytest.raises(Conflict) as refusal:
        close(shop)
    assert refusal.value.details == {"orders": 1, "payments": 1, "refunds": 0, "holds": 0}
    live(shop, order, real=False)
    shop.cancel(order)
    world.run_tasks(app)
    live(shop, order)
    close(shop)


def test_a_refund_that_is_under_way_keeps_it_too(shop, app, paid):
    live(shop, paid)
    assert shop.refund(paid, 5).status_code in {200, 201, 202}
    with shop.inside(), transaction():
        db.session.query(Refund).one().status = RefundStatus.unknown
    with pytest.raises(Conflict) as refusal:
        close(shop)
    assert refusal.value.details == {"orders": 0, "payments": 0, "refunds": 1, "holds": 0}


def test_money_held_for_a_seller_keeps_it_until_it_is_released(shop):
    order = escrow.held(shop)
    live(shop, order)
    with pytest.raises(Conflict) as refusal:
        close(shop)
    assert refusal.value.details == {"orders": 0, "payments": 0, "refunds": 0, "holds": 1}
    live(shop, order, real=False)
    escrow.ask(shop, order, "release")
    live(shop, order)
    close(shop)


def test_what_was_only_played_with_keeps_nobody(shop):
    shop.order(20)
    close(shop)


def test_the_name_is_free_again_and_another_organization_is_untouched(app, shop):
    other = world.open_shop(app, org="Other")
    world.connect_stripe(other)
    close(shop)
    assert other.create(5).status_code == 200
    with other.inside(), db.engine.connect() as connection:
        rows = connection.execute(text("SELECT count(*) FROM integration_config")).scalar()
        assert rows == 1
    with app.app_context():
        assert organizations.find("Acme") is None
        assert organizations.ensure("Acme").slug == "acme"


def test_an_order_that_failed_can_be_paid_again_so_it_keeps_it_too(shop):
    order = shop.order(20)
    live(shop, order)
    with shop.inside(), transaction():
        db.session.get_one(Order, order["orderId"]).status = OrderStatus.failed
    with pytest.raises(Conflict):
        close(shop)


def test_a_payment_that_is_not_certainly_dead_keeps_it_too(shop, paid):
    live(shop, paid)
    with shop.inside(), transaction():
        payment = db.session.query(Payment).one()
        payment.status = PaymentStatus.superseded
        tasks.add("payments.cancel", {"payment": payment.id})
    with pytest.raises(Conflict) as refusal:
        close(shop)
    assert refusal.value.details == {"orders": 0, "payments": 1, "refunds": 0, "holds": 0}


def test_what_slipped_in_while_it_was_deleted_is_settled_before_the_keys_go(app, shop, later):
    """A request let in before the deletion commits an order after it."""
    world.connect_stripe(shop)
    close(shop)
    with shop.inside(), transaction():
        late = Order(
            provider_id=shop.provider_id,
            token="0" * 32,
            item_name="Late",
            amount_minor=100,
            currency="USD",
            gateway="stripe",
            scope_kind="organization",
            scope_owner=shop.org_id,
            test_mode=False,
            expires_at=clock.after(3600),
            created_at=clock.now(),
        )
        db.session.add(late)
    later(closing.IN_FLIGHT + 1)
    world.run_tasks(app)
    assert sealed(shop)["integration_config.config"]
    with shop.inside(), transaction():
        db.session.get_one(Order, late.id).move_to(OrderStatus.cancelled)
    later(3601)
    world.run_tasks(app)
    assert not sealed(shop)["integration_config.config"]


def test_nothing_is_asked_for_ever_about_what_was_only_played_with(app, shop, erased, later):
    order = shop.order(20)
    shop.choose(order, "test")
    erased(shop)
    with shop.inside(), reading() as session:
        assert session.query(Task).filter_by(org_id=shop.org_id).count() == 0
        due = session.scalars(select(Payment.next_check_at)).all()
        due += session.scalars(select(Order.next_check_at)).all()
    assert set(due) == {None}
    later(90_000)
    assert world.sweep_and_run(app) == 0


def test_a_customer_of_a_deleted_organization_cannot_start_a_payment(shop):
    order = shop.order(20)
    close(shop)
    assert shop.choose(order, "test").status_code == 422
    page = shop.app.test_client().get(f"/checkout/o/{order['token']}").text
    assert "cannot be paid here" in page
