"""Every letter with made-up contents, to be looked at: nothing is read and nothing sent."""

from collections.abc import Mapping

from babel.dates import format_date

from app.adapters.gateways import actions
from app.adapters.mail import Letter
from app.extensions import settings
from app.kit import clock
from app.models import Order, OrderStatus, Organization, Payment, PaymentStatus
from app.services.mail import letters
from app.services.mail.changed_keys import changed
from app.services.mail.customer_letters import instructions, receipt, refund_notice
from app.services.mail.draft import Draft, Say
from app.services.mail.endpoints import failing, switched_off
from app.services.mail.escrow import payout_failed, release_soon
from app.services.mail.letters import Content
from app.services.mail.told import TOLD

__all__ = ["as_mail", "samples"]

NAMES = {"organization": "Acme", "who": "ada@example.com", "provider": "Bitloader",
         "url": "https://shop.example/webhooks"}  # fmt: skip
CHANGE = {"what": "Stripe", "who": "ada@example.com", "when": "2026-11-02 09:30",
          "where": "203.0.113.7"}  # fmt: skip
PAYOUT = {"seller": "Grace", "amount": "36.00 EUR", "company": "Stripe",
          "reason": "account_closed"}  # fmt: skip


def samples(locale: str) -> Mapping[str, Content]:
    """A letter of each kind, in one of our languages."""
    say = letters.language(locale)
    drafts = {
        **_to_customers(say, locale),
        "reset_password": letters.reset_password(say, _link("login/reset/0a1b2c")),
        "confirm_address": letters.confirm_address(say, _link("account/confirm/0a1b2c")),
        "invitation": letters.invitation_to(say, NAMES, _link("join/0a1b2c")),
        "endpoint_failing": failing(say, NAMES, _link("deliveries")),
        "endpoint_off": switched_off(say, NAMES, _link("deliveries")),
        "keys_changed": changed(say, "credentials.saved", CHANGE, [say("Secret key")]),
        "payout_failed": payout_failed(say, PAYOUT, _link("sellers/sel_0a1b2c")),
        "release_soon": release_soon(say, _held(locale), _link("orders/ord_0a1b2c")),
        **{kind: write(say, {"company": "Google"}) for kind, write in TOLD.items()},
    }
    return {kind: letters.set_in_type(one, locale) for kind, one in drafts.items() if one}


def as_mail(content: Content) -> bytes:
    """A sample as it would travel."""
    letter = Letter(
        "you@example.com",
        content.subject,
        content.text,
        content.html,
        "sample@gatehouse.invalid",
        clock.now(),
    )
    return letter.as_message("gatehouse@localhost").as_bytes()


def _held(locale: str) -> Mapping[str, str]:
    order = _order()
    date = format_date(clock.now(), "long", locale=locale)
    return {"seller": "Grace", "item": order.item_name, "date": date}


def _to_customers(_: Say, locale: str) -> dict[str, Draft | None]:
    shop, paid, unpaid = _shop(), _order(), _order()
    unpaid.paid_at, unpaid.status = None, OrderStatus.pending
    payment = _payment()
    return {
        "receipt": receipt(_, locale, shop, paid, payment),
        "instructions": instructions(_, locale, shop, unpaid, payment),
        "refund_notice": refund_notice(_, locale, shop, paid, payment, 500),
    }


def _shop() -> Organization:
    return Organization(name="Acme", support_email="help@acme.example")


def _order() -> Order:
    return Order(
        id="ord_01K0000000000000000000000",
        token="0" * 32,
        item_name="Logo pack",
        amount_minor=2586,
        currency="EUR",
        test_mode=False,
        status=OrderStatus.paid,
        paid_at=clock.now(),
    )


def _payment() -> Payment:
    shown = actions.ShowReference("12345", "123456789", "25.86", clock.after(86400))
    return Payment(
        id="pay_01K0000000000000000000000",
        currency="EUR",
        status=PaymentStatus.pending,
        is_live=True,
        action=actions.to_dict(shown),
    )


def _link(path: str) -> str:
    return f"{settings().public_base_url}/{path}"
