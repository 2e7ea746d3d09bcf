"""An organization is deleted: nobody gets in, no secret is left, the books stay."""

import pytest
from sqlalchemy import text

from app.extensions import db, reading, transaction
from app.kit.errors import Conflict, Refused
from app.models import AuditEntry, Order, OrderStatus, Provider, Refund, RefundStatus
from app.services import closing, invitations, organizations, sessions
from tests import world
from tests.merchant import PASSWORD


def close(shop, typed="Acme"):
    with shop.inside():
        closing.close(typed, actor="ada@example.com")


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
        secret = sessions.start(user.id)
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


def test_no_secret_is_left_and_the_books_are(app, shop, paid):
    world.connect_stripe(shop)
    close(shop)
    with app.app_context():
        for table in ("integration_config", "provider_credentials", "credential_notes"):
            with db.engine.connect() as connection:
                assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0
    with shop.inside(), reading() as session:
        assert session.query(Order).count() == 1
        assert not session.query(Provider).one().is_active
        last = session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert last.action == "organization.deleted"


def test_only_the_exact_name_deletes(shop):
    for typed in ("", "acme", "Acme Tickets"):
        with pytest.raises(Refused):
            close(shop, typed)
    assert shop.create(5).status_code == 200


def live(shop, order) -> None:
    """As if its money were real: the sandbox knows test mode only."""
    with shop.inside(), transaction():
        db.session.get_one(Order, order["orderId"]).test_mode = False


def test_while_real_money_is_under_way_it_is_kept(shop, app):
    order = shop.order(20)
    live(shop, order)
    with pytest.raises(Conflict) as refusal:
        close(shop)
    assert refusal.value.details == {"orders": 1, "refunds": 0}
    shop.cancel(order)
    world.run_tasks(app)
    close(shop)


def test_a_refund_that_is_under_way_keeps_it_too(shop, app, paid):
    live(shop, paid)
    assert shop.refund(paid, 5).status_code in {200, 201, 202}
    with shop.inside(), transaction():
        db.session.query(Refund).one().status = RefundStatus.unknown
    with pytest.raises(Conflict) as refusal:
        close(shop)
    assert refusal.value.details == {"orders": 0, "refunds": 1}


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
