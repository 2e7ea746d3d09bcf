"""Customers are written to where their organization wants it, at the address they gave, once."""

import pytest
from sqlalchemy import select

from app.adapters.gateways import actions, base
from app.adapters.mail.smtp import SmtpMailer
from app.extensions import db, reading, transaction
from app.models import Payment, Task
from app.services import integrations, mail, orders, payments
from app.services.mail import customers
from tests.fakes.resend import ResendFake
from tests.merchant import person
from tests.world import open_shop, run_tasks, sweep_and_run

ADA = "ada@example.com"
ALL = ("receipt", "instructions", "refund_notice")


@pytest.fixture
def shop(on_both):
    shop = open_shop(on_both)
    switch_on(shop)
    return shop


def switch_on(shop, *kinds):
    with shop.inside():
        customers.choose(kinds or ALL, actor="test")


def letters(shop):
    run_tasks(shop.app)
    with shop.app.app_context():
        return list(reversed(mail.outbox()))


def text_of(message):
    return message.get_body(("plain",)).get_content()


def test_a_receipt_comes_once_when_it_is_paid(shop):
    order = shop.order(19.99, itemName="A <b>logo</b>\npack", customerEmail=ADA)
    assert letters(shop) == []
    shop.pay(order)
    with shop.inside(), reading():
        payment = db.session.scalars(select(Payment)).one()
    with shop.inside():
        orders.settle(payment.id, base.Snapshot("succeeded", paid_minor=1999, currency="USD"))
    (letter,) = letters(shop)
    assert letter["To"] == ADA
    assert letter["From"].addresses[0].display_name == "Acme"
    assert letter["Subject"] == "[Test] Receipt for A <b>logo</b> pack"
    text = text_of(letter)
    assert "Amount: $19.99" in text and f"Order: {order['orderId']}" in text
    assert f"/checkout/o/{order['token']}/receipt" in text
    html = letter.get_body(("html",)).get_content()
    assert "A &lt;b&gt;logo&lt;/b&gt; pack" in html and "<b>logo" not in html
    for outside in ("<img", "src=", "@import", "<script", "url(", "<link"):
        assert outside not in html


def test_nobody_is_written_to_without_an_address(shop):
    shop.pay(shop.order(5))
    assert letters(shop) == []


def test_nothing_is_sent_that_is_not_switched_on(on_both):
    shop = open_shop(on_both)
    order = shop.order(5, customerEmail=ADA)
    shop.pay(order)
    assert letters(shop) == []
    switch_on(shop, "refund_notice")
    shop.refund(order, 2)
    (letter,) = letters(shop)
    assert letter["Subject"] == "[Test] Refund for Bitloader"


def test_another_organizations_choice_is_not_ours(shop):
    other = open_shop(shop.app, org="Umbrella", name="Other")
    other.pay(other.order(5, customerEmail=ADA))
    assert letters(shop) == []


def test_each_part_that_goes_back_is_told_with_its_amount(shop):
    order = shop.order(10, customerEmail=ADA)
    shop.pay(order)
    shop.refund(order, 2)
    run_tasks(shop.app)
    shop.refund(order, 3)
    _receipt, first, second = letters(shop)
    assert "Amount: $2.00" in text_of(first)
    assert "Amount: $3.00" in text_of(second)


@pytest.mark.parametrize(
    ("locale", "said"),
    [("pt-PT", "Recibo de"), ("pt-BR", "Recibo de"), ("en", "Receipt for"), ("de", "Receipt for")],
)
def test_a_letter_speaks_the_orders_language(shop, locale, said):
    shop.pay(shop.order(5, customerEmail=ADA, locale=locale))
    (letter,) = letters(shop)
    assert said in letter["Subject"]


REFERENCE = actions.ShowReference("12345", "123456789", "5.00")


def given_a_reference(shop, order):
    """What happens where a gateway answers with a reference."""
    with shop.inside():
        with transaction():
            payment = db.session.scalars(select(Payment)).one()
            payment.gateway_ref, payment.status, payment.action = None, "created", None
        payments.record(payment.id, base.Created("ref-1", "pending", action=REFERENCE))
        payments.record(payment.id, base.Created("ref-1", "pending", action=REFERENCE))


def test_how_to_pay_by_a_reference_comes_once(shop):
    given_a_reference(shop, shop.order(5, customerEmail=ADA))
    (letter,) = letters(shop)
    text = text_of(letter)
    for line in ("Entity: 12345", "Reference: 123 456 789", "Amount: $5.00"):
        assert line in text


def test_how_to_pay_is_not_sent_once_there_is_nothing_to_pay(shop):
    given_a_reference(shop, shop.order(5, customerEmail=ADA))
    with shop.inside():
        with reading():
            payment = db.session.scalars(select(Payment)).one()
        orders.settle(payment.id, base.Snapshot("expired"))
    assert letters(shop) == []


def test_a_failing_mail_service_does_not_touch_the_order(make_app):
    shop = open_shop(make_app())
    switch_on(shop)
    with shop.inside():
        integrations.save("smtp", {"host": "127.0.0.1", "port": "1", "security": "none",
                                   "fromEmail": "a@acme.example"}, actor="test")  # fmt: skip
    order = shop.order(5, customerEmail=ADA)
    shop.pay(order)
    assert shop.see(order)["status"] == "paid"
    with shop.app.app_context(), reading() as session:
        (task,) = session.scalars(select(Task).where(Task.name == "mail.send")).all()
    assert (task.attempts, ADA in (task.last_error or "")) == (1, False)


# --- a worker that dies between sending and noting it


@pytest.fixture
def dies_once(monkeypatch):
    """The first task of mail that was done is not noted: its worker died."""
    from app.jobs import drain

    left, finish = [1], drain.tasks.finish

    def die(task, outcome):
        if task.name == "mail.send" and left:
            left.pop()
            return
        finish(task, outcome)

    monkeypatch.setattr(drain.tasks, "finish", die)


def test_by_smtp_it_comes_at_most_once_more_with_the_same_message_id(
    make_app, dies_once, later, monkeypatch
):
    taken = []
    monkeypatch.setattr(SmtpMailer, "send", lambda _, letter: taken.append(letter.message_id))
    shop = open_shop(make_app(SMTP_HOST="mail.example.com", SMTP_FROM="a@house.example"))
    switch_on(shop)
    shop.pay(shop.order(5, customerEmail=ADA))
    for _ in range(3):
        later(130)
        sweep_and_run(shop.app)
    assert len(taken) == 2
    assert len(set(taken)) == 1


def test_by_resend_it_comes_once(make_app, dies_once, later):
    with ResendFake() as fake:
        fake.key("re_own", domains={"acme.example": "verified"})
        shop = open_shop(make_app(RESEND_BASE_URL=fake.url))
        switch_on(shop)
        with shop.inside():
            own = {"apiKey": "re_own", "fromEmail": "shop@acme.example"}
            integrations.save("resend", own, actor="test")
        shop.pay(shop.order(5, customerEmail=ADA))
        for _ in range(3):
            later(130)
            sweep_and_run(shop.app)
        assert len(fake.calls("POST", "/emails")) == 2
        (mail_,) = fake.mails
    tags = {one["name"]: one["value"] for one in mail_["tags"]}
    assert (mail_["from"], tags["kind"]) == ("Acme <shop@acme.example>", "receipt")
    assert tags["org"] == shop.org_id
    assert ADA not in str(tags)


# --- the page


def test_an_owner_switches_them_on_and_off(app):
    browser = person(app)
    page = browser.get("/settings").text
    assert "checked" not in page.partition('id="letters"')[2]
    browser.follow("/settings/letters", receipt="y", refund_notice="y")
    page = browser.get("/settings").text.partition('id="letters"')[2]
    assert page.count("checked") == 2
    assert "Letters to customers" in browser.get("/audit").text
    browser.follow("/settings/letters")
    assert "checked" not in browser.get("/settings").text.partition('id="letters"')[2]


def test_members_do_not(app):
    assert person(app, "member").post("/settings/letters", receipt="y").status_code == 403


def test_a_kind_that_there_is_not_is_refused(shop):
    from app.kit.errors import Refused

    with shop.inside(), pytest.raises(Refused):
        customers.choose(["advertisement"], actor="test")
