"""What became of letters after a company took them, as it tells. A customer who did not get theirs
is for the order's story: the merchant may know another way to reach them."""

from collections.abc import Mapping

import structlog
from sqlalchemy import select

from app.adapters.gateways import base
from app.adapters.mail import MailReport
from app.extensions import db, transaction
from app.kit import clock
from app.kit.errors import AppError
from app.kit.tenancy import as_org
from app.models import Order, TimelineEntry
from app.services import inbound_endpoints, records, routing
from app.services.inbound import Source

__all__ = ["UNDELIVERED", "receive"]

log = structlog.get_logger()

UNDELIVERED = "mail.failed"  # what the timeline calls it


def receive(service: str, source: Source, body: bytes, headers: Mapping[str, str]) -> str:
    """Take one call in (a flow). Gives what became of it. Raises AppError 503 without a secret to
    verify it with, 400 for a wrong signature."""
    report = _read(service, source, body, headers)
    if source.endpoint and source.org_id:
        with as_org(source.org_id):
            inbound_endpoints.note_call(source.endpoint)
    if not report.what:
        return "ignored"
    log.warning("mail.failed", what=report.what, kind=report.tags.get("kind"))
    # An organization proves what is about its own orders; the installation, what it sent for whom.
    org_id = source.org_id or report.tags.get("org")
    if not org_id or "order" not in report.tags:
        return "noted"
    with as_org(org_id):
        return _tell(report)


def _read(service: str, source: Source, body: bytes, headers: Mapping[str, str]) -> MailReport:
    try:
        if source.org_id is None:
            adapter = routing.connect_for_events(service, source.scope)
        else:
            with as_org(source.org_id):
                adapter = routing.connect_for_events(service, source.scope)
    except base.Misconfigured as error:
        raise _no_secret() from error
    if not adapter.can_read_calls():
        raise _no_secret()
    try:
        call = base.InboundCall(body, headers)
        report: MailReport = adapter.read_call(call, clock.now().timestamp())
    except base.BadSignature as error:
        raise AppError("Invalid signature", "invalid_signature", status=400) from error
    return report


def _no_secret() -> AppError:
    return AppError("No webhook secret is configured", "webhook_not_configured", status=503)


def _tell(report: MailReport) -> str:
    """Write it into the order's story, once for a letter (a step)."""
    letter = report.tags.get("letter", report.id)
    with transaction():
        query = select(Order).where(Order.id == report.tags["order"]).with_for_update()
        order = db.session.scalars(query).one_or_none()
        if order is None:
            return "unmatched"
        told = db.session.scalars(
            select(TimelineEntry.data).where(
                TimelineEntry.order_id == order.id, TimelineEntry.kind == UNDELIVERED
            )
        )
        if letter in {one.get("letter") for one in told}:
            return "seen"
        records.timeline(
            order,
            UNDELIVERED,
            what=report.what,
            letter=letter,
            about=report.tags.get("kind", ""),
            reason=report.reason,
        )
    return "stored"
