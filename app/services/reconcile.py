"""Reconciling on request: every open payment is asked about, whatever its schedule. A flow."""

from dataclasses import dataclass, field

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import reading
from app.kit.tenancy import across_organizations, as_org
from app.models import Payment
from app.models.payment import OPEN
from app.services import payments

__all__ = ["Report", "run"]


@dataclass(frozen=True)
class Changed:
    """One payment about which the gateway knew more than we did."""

    payment_id: str
    before: str
    after: str


@dataclass
class Report:
    """What came of asking."""

    asked: int = 0
    changed: list[Changed] = field(default_factory=list)
    unanswered: list[tuple[str, str]] = field(default_factory=list)


def run() -> Report:
    """Ask about every payment that is neither paid nor ended."""
    query = select(Payment.id, Payment.org_id, Payment.status).where(Payment.status.in_(OPEN))
    with across_organizations("the operator asks about everybody"), reading() as session:
        rows = session.execute(query.order_by(Payment.id)).all()
    report = Report()
    for row in rows:
        report.asked += 1
        with as_org(row.org_id):
            try:
                settled = payments.ask(row.id)
            except (base.Declined, base.MethodUnavailable) as error:
                payments.record_error(row.id, error)
                report.changed.append(Changed(row.id, row.status, "failed"))
            except base.GatewayError as error:
                report.unanswered.append((row.id, error.reason))
            else:
                if settled.payment_status != row.status:
                    report.changed.append(Changed(row.id, row.status, settled.payment_status))
    return report
