"""What a deleted organization leaves behind once its money is decided: books, and no secret."""

from sqlalchemy import delete, select, update

from app.extensions import changed, db, transaction
from app.kit import clock
from app.kit.tenancy import current_org
from app.kit.tokens import new_webhook_secret
from app.models import (
    CredentialNote,
    Door,
    DoorKind,
    Hold,
    InboundEndpoint,
    InboundEvent,
    IntegrationConfig,
    Notice,
    Order,
    Organization,
    Payment,
    ProviderCredentials,
    Task,
    WebhookEndpoint,
)
from app.services import closing, credentials, exports, logos, records, tasks

__all__ = ["erase"]

LOOK_AGAIN = 3600  # seconds, while something is under way after all
PICTURES_GO = 60  # seconds, while they are being deleted at whoever keeps them


def erase() -> tasks.Again | None:
    """Take the secrets of the current, deleted organization away (a step, for the task).

    Waits while a request that was let in before the deletion has left money under way: with the
    keys still there it is asked about as always, and logos are deleted at ImageKit.
    """
    with transaction():
        query = select(Organization).where(Organization.id == current_org()).with_for_update()
        row = db.session.scalars(query).one()
        if row.closed_at is None:
            return None
        if closing.under_way():
            return tasks.Again(clock.after(LOOK_AGAIN))
        if logos.drop_all():
            return tasks.Again(clock.after(PICTURES_GO))
        _end_play()
        _forget_secrets()
        exports.drop_all()
        records.audit("organization.erased", actor="clock", subject=row.name)
    return None


def _end_play() -> None:
    """Nothing is asked any more. Orders of test mode stay as they stood: their gateways could not
    be asked without keys."""
    changed(update(Order).values(next_check_at=None))
    changed(update(Payment).values(next_check_at=None))
    changed(update(Hold).values(next_check_at=None))
    changed(delete(Notice))  # nobody is left to read them
    changed(delete(Task).where(Task.org_id == current_org(), Task.name != "organizations.erase"))


def _forget_secrets() -> None:
    org_id = current_org()
    changed(delete(Door).where(Door.org_id == org_id, Door.kind == DoorKind.inbound))
    for model in (
        IntegrationConfig,
        ProviderCredentials,
        CredentialNote,
        InboundEndpoint,
        InboundEvent,
    ):
        changed(delete(model))
    for endpoint in db.session.scalars(select(WebhookEndpoint)):
        # The row stays beside its deliveries; what it signed with is replaced by nobody's secret.
        endpoint.previous_secret = None
        endpoint.secret = credentials.seal(
            new_webhook_secret(),
            table="webhook_endpoints",
            owner=endpoint.id,
            service="webhook",
            field="secret",
        )
