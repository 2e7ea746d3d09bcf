"""One try: written down before it is sent, sent without holding the database, its result recorded
together with the end of its task. At least once: a crash in between sends it again, with the same
`webhook-id`."""

from sqlalchemy import select

from app.extensions import db, transaction
from app.kit import clock
from app.kit.errors import Conflict, NotFound
from app.models import Delivery, DeliveryStatus, WebhookEndpoint
from app.services import tasks
from app.services.deliveries import outbox
from app.services.deliveries.outcome import record
from app.services.deliveries.outgoing import begin

__all__ = ["abandon", "once_more", "redeliver", "send"]


def send(task: tasks.Claimed) -> None:
    """Make one try of a delivery (a flow, for the task); closes the task itself."""
    outgoing = begin(task)
    if outgoing is None:
        return
    result = outbox.post(outgoing.url, outgoing.headers, outgoing.body)
    record(task, outgoing, result)


def abandon(task: tasks.Claimed) -> None:
    """The task was given up, so its delivery is, too (a part)."""
    delivery = db.session.get(Delivery, task.args["delivery"])
    if delivery and delivery.status == DeliveryStatus.pending:
        delivery.status, delivery.next_attempt_at = DeliveryStatus.failed, None
        delivery.last_error = "E_INTERNAL"


def redeliver(delivery_id: str) -> None:
    """Try a delivery once more, by hand (a step). Raises NotFound, Conflict while it is paused
    because its endpoint is disabled or under way anyway."""
    with transaction():
        row = db.session.scalars(
            select(Delivery).where(Delivery.id == delivery_id).with_for_update()
        ).one_or_none()
        if row is None:
            raise NotFound("No such delivery")
        endpoint = db.session.get(WebhookEndpoint, row.endpoint_id)
        if endpoint is None or endpoint.disabled_at:
            raise Conflict("The endpoint is disabled", "endpoint_disabled")
        if row.status == DeliveryStatus.pending:
            raise Conflict("This delivery is still being tried", "delivery_pending")
        once_more(row, "manual")


def once_more(delivery: Delivery, trigger: str) -> None:
    """One more try of a delivery that is at its end, and no more if that fails (a part)."""
    delivery.status, delivery.next_attempt_at = DeliveryStatus.pending, clock.now()
    args = {"delivery": delivery.id, "trigger": trigger}
    tasks.add("deliveries.send", args, lane=delivery.endpoint_id)
