"""The sandbox's own checkout page: what its buttons do."""

from dataclasses import dataclass

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import reading, transaction
from app.kit import clock
from app.kit.errors import Conflict, NotFound
from app.kit.money import Money
from app.kit.tenancy import across_organizations, as_org
from app.models import SandboxPayment
from app.services import tasks
from app.services.sandbox import ledger, webhooks

__all__ = ["BUTTONS", "View", "finish_later", "look", "press"]

BUTTONS = ("pay", "decline", "delay", "expire")
DELAY = 10  # seconds a delayed payment stays in processing


@dataclass(frozen=True)
class View:
    """What the page shows of a payment."""

    id: str
    org_id: str
    money: Money
    description: str
    status: str
    return_url: str
    scenario: str | None


def look(payment_id: str) -> View:
    """A payment by the id in the page's address. Raises NotFound."""
    with across_organizations("the sandbox is a company of its own"), reading() as session:
        row = session.scalars(
            select(SandboxPayment).where(SandboxPayment.id == payment_id)
        ).one_or_none()
    if row is None:
        raise NotFound("No such payment")
    return View(
        row.id,
        row.org_id,
        Money(row.amount_minor, row.currency),
        row.description,
        row.status,
        row.return_url,
        row.scenario,
    )


def press(payment_id: str, button: str) -> View:
    """What the customer decided (a step). Raises NotFound, Conflict when it was decided before."""
    if button not in BUTTONS:
        raise NotFound("No such button")
    view = look(payment_id)
    with as_org(view.org_id):
        with transaction():
            row = ledger.locked(payment_id)
            if row.status != "open":
                raise Conflict(f"This payment is {row.status}", "invalid_state")
            _decide(row, button)
        return look(payment_id)


def _decide(row: SandboxPayment, button: str) -> None:
    if button == "pay":
        ledger.take(row)
    elif button == "decline":
        row.status, row.failure = "failed", "Declined by the sandbox"
        webhooks.announce(row, "payment.failed")
    elif button == "expire":
        row.status = "expired"
        webhooks.announce(row, "payment.expired")
    else:
        row.status = "processing"
        webhooks.announce(row, "payment.processing")
        tasks.add("sandbox.finish", {"payment": row.id}, due=clock.after(DELAY))


def finish_later(payment_id: str) -> None:
    """A delayed payment comes through (a step, for the task)."""
    with transaction():
        try:
            row = ledger.locked(payment_id)
        except base.Missing:
            return
        if row.status == "processing":
            ledger.take(row)
