"""The sandbox's books. They stand for another company's: our own orders never read them, only the
adapter does, through its port."""

from datetime import timedelta

from sqlalchemy import Select, select, update

from app.adapters.gateways import base
from app.extensions import changed, db, insert_once, reading, settings, transaction
from app.kit import clock
from app.models import SandboxPayment, SandboxRefund
from app.models.base import Model
from app.services.sandbox import webhooks

__all__ = ["SCENARIOS", "DatabaseLedger", "scenario_of"]

# What integrators can ask for with metadata.scenario, and what then goes wrong.
SCENARIOS = {
    "late": "the money comes one second after the order's expiry",
    "duplicate": "every webhook is sent twice",
    "reordered": "a webhook about an earlier state comes after the last one",
    "lost_webhook": "no webhook is sent",
    "timeout_but_charged": "the first call takes the money and does not answer",
    "wrong_amount": "one minor unit less is paid than was asked",
}


def scenario_of(text: str | None) -> str | None:
    """A scenario by name, however its words are joined; None for anything else."""
    name = (text or "").strip().lower().replace("-", "_").replace(" ", "_")
    return name if name in SCENARIOS else None


class DatabaseLedger:
    """The port's implementation on our own database."""

    def open(self, request: base.PaymentRequest) -> str:
        scenario = scenario_of(request.metadata.get("scenario"))
        made = SandboxPayment(
            idempotency_key=request.idempotency_key,
            reference=request.payment_id,
            amount_minor=request.money.minor,
            currency=request.money.currency,
            description=request.item_name,
            return_url=request.return_url,
            scenario=scenario,
            status="open",
            refunded_minor=0,
            details={"expires_at": clock.write_moment(request.expires_at)},
        )
        with transaction():
            new = insert_once(SandboxPayment, **_values(made))
            if not new:
                found: str = db.session.scalars(
                    select(SandboxPayment.id).where(
                        SandboxPayment.idempotency_key == request.idempotency_key
                    )
                ).one()
        if not new:
            return found
        if scenario == "timeout_but_charged":
            _take_at_once(made.id)
            raise base.Unavailable("the sandbox did not answer (scenario)")
        return made.id

    def snapshot(self, payment_id: str) -> base.Snapshot:
        with reading() as session:
            row = session.scalars(
                select(SandboxPayment).where(SandboxPayment.id == payment_id)
            ).one_or_none()
        if row is None:
            raise base.Missing("the sandbox does not know this payment")
        return _snapshot(row)

    def close(self, payment_id: str) -> base.Snapshot:
        with transaction():
            row = locked(payment_id)
            if row.status in {"succeeded", "processing"}:
                raise base.Impossible(f"the payment is {row.status}")
            if row.status not in {"cancelled", "expired"}:
                row.status = "cancelled"
            return _snapshot(row)

    def refund(self, payment_id: str, request: base.RefundRequest) -> base.RefundResult:
        with transaction():
            again = db.session.scalars(_made_by(request)).one_or_none()
            if again:
                return base.RefundResult(again.id, again.status)
            total = SandboxPayment.refunded_minor + request.money.minor
            taken = changed(
                update(SandboxPayment)
                .where(
                    SandboxPayment.id == payment_id,
                    SandboxPayment.status == "succeeded",
                    total <= SandboxPayment.amount_minor,
                )
                .values(refunded_minor=total)
            )
            if taken != 1:
                raise base.Impossible("that is more than is left of the payment")
            refund = SandboxRefund(
                payment_id=payment_id,
                idempotency_key=request.idempotency_key,
                amount_minor=request.money.minor,
                status="succeeded",
            )
            db.session.add(refund)
            webhooks.announce(locked(payment_id), "payment.refunded")
            return base.RefundResult(refund.id, "succeeded")

    def refund_status(self, refund_id: str) -> base.RefundResult:
        with reading() as session:
            row = session.scalars(
                select(SandboxRefund).where(SandboxRefund.id == refund_id)
            ).one_or_none()
        if row is None:
            raise base.Missing("the sandbox does not know this refund")
        return base.RefundResult(row.id, row.status)

    def find_refund(self, request: base.RefundRequest) -> base.RefundResult | None:
        with reading() as session:
            row = session.scalars(_made_by(request)).one_or_none()
        return base.RefundResult(row.id, row.status) if row else None

    def page_url(self, payment_id: str) -> str:
        return f"{settings().public_base_url}/sandbox/pay/{payment_id}"


def locked(payment_id: str) -> SandboxPayment:
    """A ledger row under lock (a part). Raises Missing."""
    row = db.session.scalars(
        select(SandboxPayment).where(SandboxPayment.id == payment_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise base.Missing("the sandbox does not know this payment")
    found: SandboxPayment = row
    return found


def take(row: SandboxPayment) -> None:
    """The customer's money moves (a part)."""
    row.status = "succeeded"
    row.paid_at = clock.now()
    expires = clock.read_moment(row.details.get("expires_at"))
    if row.scenario == "late" and expires:
        row.paid_at = max(row.paid_at, expires + timedelta(seconds=1))
    webhooks.announce(row, "payment.succeeded")


def _made_by(request: base.RefundRequest) -> Select[SandboxRefund]:
    return select(SandboxRefund).where(SandboxRefund.idempotency_key == request.idempotency_key)


def _take_at_once(payment_id: str) -> None:
    with transaction():
        take(locked(payment_id))


def _snapshot(row: SandboxPayment) -> base.Snapshot:
    paid = row.amount_minor if row.status == "succeeded" else 0
    if paid and row.scenario == "wrong_amount":
        paid -= 1
    return base.Snapshot(
        "pending" if row.status == "open" else row.status,
        paid_minor=paid,
        refunded_minor=row.refunded_minor,
        currency=row.currency,
        gateway_ref=row.id,
        gateway_payment_id=row.id,
        test_mode=True,
        paid_at=row.paid_at,
        failure=row.failure,
    )


def _values(row: Model) -> dict[str, object]:
    now = clock.now()
    found = {
        attribute.key: getattr(row, attribute.key)
        for attribute in row.__mapper__.column_attrs
        if getattr(row, attribute.key) is not None
    }
    return {"created_at": now, "updated_at": now, **found}
