"""Letters are tasks: sent after the commit, again until taken, readable in both languages."""

from html import unescape

import pytest
from flask import current_app
from sqlalchemy import select

from app.adapters.gateways import actions
from app.adapters.mail import MailRefused, MailUnavailable
from app.extensions import db, reading, transaction
from app.kit import clock
from app.kit.tenancy import as_org
from app.models import Hold, Payment, Payout, Task, User, WebhookEndpoint
from app.services import invitations, mail, organizations, sessions
from app.services.mail import letters
from app.services.mail.changed_keys import ABOUT_KEYS
from app.services.mail.customer_letters import TO_CUSTOMERS
from app.services.mail.draft import Draft
from app.services.mail.endpoints import ABOUT_ENDPOINTS
from app.services.mail.escrow import ABOUT_ESCROW
from tests import escrow
from tests.world import open_shop, run_tasks, sweep_and_run

PASSWORD = "a quiet afternoon in May"


@pytest.fixture
def ada(on_both):
    with on_both.app_context():
        yield organizations.create_user("ada@example.com", PASSWORD, org="Acme")


def post(user, kind="reset_password", locale="en"):
    if kind == "invitation":
        who = sessions.find(sessions.start(user))
        with as_org(who.current.org_id):
            invitations.invite(who, "bob@example.com", "member", locale=locale)
        return
    if kind in TO_CUSTOMERS:
        to_a_customer(kind, locale)
        return
    if kind in ABOUT_ENDPOINTS:
        about_an_endpoint(user, kind, locale)
        return
    if kind in ABOUT_KEYS:
        with transaction():
            db.session.get_one(User, user.id).locale = locale
        open_shop(current_app._get_current_object())  # with a key, of which the owner is told
        return
    if kind in ABOUT_ESCROW:
        about_money_that_is_held(user, kind, locale)
        return
    with transaction():
        db.session.get_one(User, user.id).email_verified_at = None
        about = {"user": user.id, "company": "Google"}
        mail.post(kind, user.email, locale=locale, of_the_house=True, **about)


def to_a_customer(kind, locale):
    """A letter about an order that is paid, or waits to be paid by a reference."""
    shop = open_shop(current_app._get_current_object(), org="Globex")
    order = shop.order(5, customerEmail="bob@example.com")
    if kind == "receipt":
        shop.pay(order)
    with shop.inside(), transaction():
        payment = db.session.scalars(select(Payment)).one()
        if kind == "instructions":
            payment.action = actions.to_dict(actions.ShowReference("12345", "123456789", "5.00"))
        about = {"order": order["orderId"], "payment": payment.id, "minor": "500"}
        mail.post(kind, "bob@example.com", locale=locale, **about)


def about_an_endpoint(user, kind, locale):
    app = current_app._get_current_object()
    shop = open_shop(app, org="Globex", webhook_url="http://127.0.0.1:9/hook")
    about_an_endpoint_of(shop, kind, user.email, locale)


def about_an_endpoint_of(shop, kind, to, locale="en"):
    with shop.inside(), transaction():
        endpoint = db.session.scalars(select(WebhookEndpoint)).one()
        endpoint.failing_since = clock.now()
        endpoint.disabled_at = clock.now() if kind == "endpoint_off" else None
        mail.post(kind, to, locale=locale, endpoint=endpoint.id)


def about_money_that_is_held(user, kind, locale):
    shop = open_shop(current_app._get_current_object(), org="Globex")
    order = escrow.held(shop, releaseAfterDays=14)
    with shop.inside(), transaction():
        hold = db.session.scalars(select(Hold).where(Hold.order_id == order["orderId"])).one()
        lost = Payout(seller_id=hold.seller_id, amount_minor=5_000, currency="USD", status="failed")
        db.session.add(lost)
        mail.post(kind, user.email, locale=locale, hold=hold.id, payout=lost.id)


def tasks() -> list[Task]:
    with reading() as session:
        return list(session.query(Task).all())


def test_a_subject_is_one_line_whatever_the_names_in_it_have(ada):
    draft = Draft("A payout to Ada\r\nBcc: eve@example.com\u2028 failed", ("It failed.",))
    assert letters.set_in_type(draft, "en").subject == (
        "A payout to Ada Bcc: eve@example.com failed"
    )


def test_what_is_not_committed_is_not_sent(ada, on_both):
    with pytest.raises(ZeroDivisionError), transaction():
        mail.post("password_changed", ada.email, locale="en", of_the_house=True)
        raise ZeroDivisionError
    run_tasks(on_both)
    assert mail.outbox() == []


def test_no_link_lies_in_the_database(ada, on_both):
    post(ada)
    (task,) = tasks()
    assert task.org_id is None
    assert set(task.args) == {"id", "kind", "to", "locale", "user", "company"}
    run_tasks(on_both)
    text = mail.outbox()[0].get_body(("plain",)).get_content()
    assert "/login/reset/" in text


@pytest.mark.parametrize("kind", letters.KINDS)
@pytest.mark.parametrize("locale", ["en", "pt_PT"])
def test_every_letter_reads_as_text_and_as_html_without_anything_from_elsewhere(
    ada, on_both, kind, locale
):
    post(ada, kind, locale)
    run_tasks(on_both)
    (message,) = mail.outbox()
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert (message["Subject"] in html, "<" in text) == (True, False)
    assert f'lang="{locale.replace("_", "-")}"' in html
    for part in text.split("\n\n")[:2]:
        assert part.strip() in unescape(html)
    for outside in ("src=", "@import", "<script", "url("):
        assert outside not in html


def test_a_letter_not_taken_is_sent_again_with_the_same_id(ada, on_both, monkeypatch, later):
    seen = []

    class Failing:
        def send(self, letter):
            seen.append(letter.message_id)
            if len(seen) == 1:
                raise MailUnavailable("not now")

    monkeypatch.setattr("app.services.mail.mailers.outbox_folder", Failing)
    post(ada)
    run_tasks(on_both)
    assert len(tasks()) == 1
    later(2)
    sweep_and_run(on_both)
    assert tasks() == []
    assert len(seen) == 2
    assert len(set(seen)) == 1
    assert seen[0].endswith("@127.0.0.1")


def test_a_letter_that_is_refused_for_good_is_not_tried_for_ever(ada, on_both, monkeypatch):
    class Refusing:
        def send(self, letter):
            raise MailRefused("no such address")

    monkeypatch.setattr("app.services.mail.mailers.outbox_folder", Refusing)
    post(ada)
    run_tasks(on_both)
    assert tasks() == []


def test_a_letter_nobody_waits_for_is_not_sent(ada, on_both):
    post(ada)
    with transaction():
        db.session.get_one(User, ada.id).disabled_at = clock.now()
    run_tasks(on_both)
    assert (mail.outbox(), tasks()) == ([], [])


def test_in_production_there_is_no_outbox(make_app, tmp_path):
    app = make_app(
        APP_ENV="production",
        PUBLIC_BASE_URL="https://pay.example.com",
        SECRET_KEY="X3pV9rT1qL7mN5bC2zK8wJ4hG6fD0sAe",
        INTEGRATION_ENCRYPTION_KEY="n7Qm2Vx9Lk4Jh6Gf3Ds8Aq1Ws5Ed0RcT",
    )
    with app.app_context():
        assert not mail.is_possible()
        with transaction():
            mail.post("password_changed", "ada@example.com", locale="en", of_the_house=True)
        run_tasks(app)
    assert not (tmp_path / "outbox").exists()


def test_smtp_of_the_environment_is_what_sends(make_app, monkeypatch):
    app = make_app(SMTP_HOST="mail.example.com", SMTP_FROM="pay@example.com", SMTP_PASSWORD="pw")
    taken = []
    monkeypatch.setattr(
        "app.adapters.mail.smtp.SmtpMailer.send",
        lambda self, letter: taken.append(self._values.values),
    )
    with app.app_context():
        with transaction():
            mail.post("password_changed", "ada@example.com", locale="en", of_the_house=True)
        run_tasks(app)
    assert taken[0]["security"] == "starttls"
    assert taken[0]["port"] == "587"
