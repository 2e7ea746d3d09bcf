"""When a gateway is asked again about a payment it did not finish. Parts."""

from datetime import datetime, timedelta

from app.kit import clock
from app.kit.clock import read_moment
from app.models import Order, Payment, PaymentStatus
from app.models.order import FINAL
from app.models.payment import OPEN
from app.registry import Method, gateway

__all__ = ["UNKNOWN", "became_unknown", "next_check", "plan", "plan_unknown"]

UNKNOWN = (2, 5, 15, 60)  # seconds after a call without an answer
FIRST = (60, 300, 900)  # seconds after a payment was made
PUSH = timedelta(seconds=30)  # while an app asks the customer, who has some minutes
PUSHED = timedelta(minutes=5)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LEFT = {PaymentStatus.cancelled, PaymentStatus.expired, PaymentStatus.superseded}


def next_check(created: datetime, now: datetime) -> datetime | None:
    """After 1, 5 and 15 minutes, hourly to a day, daily to a week, then never."""
    age = now - created
    for seconds in FIRST:
        if age < timedelta(seconds=seconds):
            return created + timedelta(seconds=seconds)
    if age < DAY:
        return now + HOUR
    return now + DAY if age < 7 * DAY else None


def plan(order: Order, payment: Payment) -> None:
    """Set both rows' next look from their states."""
    if order.status in FINAL:
        order.next_check_at = None
    if payment.status not in OPEN and not _may_still_come(order, payment):
        payment.next_check_at = None
    elif payment.status == PaymentStatus.unknown:
        plan_unknown(payment)
    else:
        payment.next_check_at = _by_pace(order, payment)


def _by_pace(order: Order, payment: Payment) -> datetime | None:
    pace, now = _pace(payment), clock.now()
    if pace == "push" and now - payment.created_at < PUSHED:
        return now + PUSH
    if pace == "reference":
        return now + HOUR if now < _deadline(order, payment) + DAY else None
    return next_check(payment.created_at, now)


def _may_still_come(order: Order, payment: Payment) -> bool:
    """A reference that was given away is paid at a cash machine, a page that cannot be closed in a
    tab that is still open, whatever became of the order."""
    if payment.status not in LEFT or not payment.was_shown:
        return False
    now, method = clock.now(), _method(payment)
    if method and method.lingers:
        return next_check(payment.created_at, now) is not None
    return _pace(payment) == "reference" and now < _deadline(order, payment) + DAY


def _method(payment: Payment) -> Method | None:
    return gateway(payment.gateway).method(payment.method)


def _pace(payment: Payment) -> str:
    method = _method(payment)
    return method.pace if method else "page"


def _deadline(order: Order, payment: Payment) -> datetime:
    """Until when the gateway takes the money, as the customer was told."""
    return read_moment((payment.action or {}).get("expires_at")) or order.expires_at


def became_unknown(payment: Payment) -> None:
    """A call got no answer: ask soon, however old the payment is."""
    payment.checks = 0
    plan_unknown(payment)


def plan_unknown(payment: Payment) -> None:
    """Ask soon, then ever less often."""
    if payment.checks < len(UNKNOWN):
        payment.next_check_at = clock.after(UNKNOWN[payment.checks])
    else:
        payment.next_check_at = next_check(payment.created_at, clock.now())
    payment.checks += 1
