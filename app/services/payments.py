"""Payments: asking a gateway, writing down what came of it, asking again."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.adapters.gateways import actions, base
from app.extensions import changed, db, reading, settings, transaction
from app.kit import clock
from app.kit.errors import AppError, NotFound
from app.models import Order, Payment, PaymentStatus
from app.models.payment import OPEN
from app.registry import gateway
from app.services import inbound_endpoints, orders, records, routing, tasks
from app.services.credentials import Scope
from app.services.mail import customers
from app.services.orders import attention, schedule

__all__ = [
    "ask",
    "cancel",
    "check",
    "new",
    "no_answer",
    "note_unanswered",
    "record",
    "record_error",
    "request_for",
    "returned",
    "stop",
]

IN_USE = "These payment details belong to another payment; please try again"
SESSION_MIN, SESSION_MAX = timedelta(minutes=31), timedelta(hours=23, minutes=59)
BUSY_AGAIN = 30  # seconds


def new(
    order: Order,
    scope: Scope,
    *,
    gateway: str,
    method: str | None,
    test_mode: bool,
    wanted: Sequence[str] = (),
    answers: Mapping[str, str] | None = None,
) -> Payment:
    """Write down the intention to ask a gateway, before it is asked (a part).

    `wanted` are the methods to offer, where the customer chooses later; `answers` what they typed
    for the one they chose.
    """
    payment = Payment(
        order_id=order.id,
        gateway=gateway,
        method=method,
        offered=list(wanted),
        answers=dict(answers or {}),
        status=PaymentStatus.created,
        amount_minor=order.amount_minor,
        currency=order.currency,
        scope_kind=scope.kind,
        scope_owner=scope.owner,
        test_mode=test_mode,
        # If this process dies before the answer, somebody asks what became of it.
        next_check_at=clock.after(60),
    )
    db.session.add(payment)
    return payment


def request_for(order: Order, payment: Payment) -> base.PaymentRequest:
    """What the gateway is asked, from stored values alone, so that a repetition is the same."""
    page = f"{settings().public_base_url}/checkout/o/{order.token}"
    return base.PaymentRequest(
        payment_id=payment.id,
        reference=payment.reference,
        order_id=order.id,
        org_id=order.org_id,
        money=payment.money,
        item_name=order.item_name,
        item_description=order.item_description,
        return_url=f"{page}/return",
        cancel_url=page,
        expires_at=order.expires_at,
        idempotency_key=payment.id,
        created_at=payment.created_at,
        notify_url=_notify_url(payment),
        method=payment.method,
        customer_email=order.customer_email,
        locale=order.locale,
        is_held=order.seller_id is not None,
        wanted=tuple(payment.offered),
        session_until=_session_until(order.expires_at, payment.created_at),
        answers=payment.answers,
        metadata=order.details,
    )


def _notify_url(payment: Payment) -> str:
    if gateway(payment.gateway).tells == "account":
        return ""
    return inbound_endpoints.of_scope(
        payment.gateway, Scope(payment.scope_kind, payment.scope_owner)
    )


def _session_until(expires_at: datetime, created_at: datetime) -> datetime:
    return min(max(expires_at, created_at + SESSION_MIN), created_at + SESSION_MAX)


def record(payment_id: str, created: base.Created, also: Callable[[], None] = lambda: None) -> bool:
    """Write down what a gateway made (a step); False when the payment was overtaken meanwhile.

    An overtaken one is cancelled by its task, and its link must not be shown to anybody. `also`
    is a part that belongs to the same commit. Raises Declined for something that another payment
    of the account has already: nobody could tell which of the two was paid by it.
    """
    try:
        return _record(payment_id, created, also)
    except IntegrityError as error:
        if not _is_taken(error):
            raise
        raise base.Declined(IN_USE) from error


def _is_taken(error: IntegrityError) -> bool:
    """Whether an id of the gateway's belongs to another payment: PostgreSQL names the index in
    its message, SQLite the columns."""
    return any(one in str(error.orig) for one in ("gateway_ref", "gateway_payment_id"))


def _record(payment_id: str, created: base.Created, also: Callable[[], None]) -> bool:
    values = {
        "status": PaymentStatus(created.status),
        "gateway_ref": created.gateway_ref,
        "gateway_payment_id": created.gateway_payment_id,
        "offered": list(created.offered),
        "action": actions.to_dict(created.action) if created.action else None,
        "next_check_at": clock.after(schedule.FIRST[0]),
        "updated_at": clock.now(),
    }
    with transaction():
        still_ours = (Payment.id == payment_id, Payment.status == PaymentStatus.created)
        if changed(update(Payment).where(*still_ours).values(**values)) == 1:
            also()
            if isinstance(created.action, actions.ShowReference):
                customers.instructed(payment_id)
            return True
    return _record_over_news(payment_id, created, also)


def _record_over_news(payment_id: str, created: base.Created, also: Callable[[], None]) -> bool:
    """The answer to our call comes second: an event, a check or another tab came first."""
    with transaction():
        also()
        order, payment = orders.lock(payment_id)
        payment.gateway_ref = payment.gateway_ref or created.gateway_ref
        payment.gateway_payment_id = payment.gateway_payment_id or created.gateway_payment_id
        payment.offered = list(created.offered) or payment.offered
        if payment.status == PaymentStatus.superseded:
            tasks.add("payments.cancel", {"payment": payment.id}, key=f"cancel:{payment.id}")
            return False
        if created.action:
            is_first = payment.action is None
            payment.action = actions.to_dict(created.action)
            if is_first and isinstance(created.action, actions.ShowReference):
                customers.instructed(payment_id)
        if payment.status == PaymentStatus.unknown:
            payment.status = PaymentStatus(created.status)
            attention.clear(order)
        schedule.plan(order, payment)
        return True


def record_error(payment_id: str, error: base.GatewayError, *, keep: bool = False) -> None:
    """Write down that a gateway was asked and made nothing, or did not answer (a step).

    With `keep` a payment that certainly does not exist there yet is asked for again later, since
    somebody still means to have it; without, it ends and another may be started.
    """
    if isinstance(error, base.Declined | base.MethodUnavailable):
        _refused(payment_id, error)
        return
    with transaction():
        order, payment = orders.lock(payment_id)
        if payment.status not in OPEN or payment.status == PaymentStatus.processing:
            return
        if isinstance(error, base.Unavailable) or keep:
            payment.status = PaymentStatus.unknown
            attention.unanswered(order, error)
            schedule.became_unknown(payment)
            payment.failure = error.reason
            _note(order, payment, error)
            return
        if isinstance(error, base.Misconfigured):
            attention.unanswered(order, error)
        if payment.gateway_ref is None:
            payment.status = PaymentStatus.cancelled
            payment.is_live = False
            payment.next_check_at = None
        payment.failure = error.reason
        _note(order, payment, error)


def _refused(payment_id: str, error: base.GatewayError) -> None:
    with transaction():
        order, payment = orders.lock(payment_id)
        is_news = payment.status in OPEN | {PaymentStatus.superseded}
        orders.merge(order, payment, base.Snapshot("failed", failure=error.reason))
        if is_news and isinstance(error, base.Unconfirmed):
            attention.unanswered(order, error)


def _note(order: Order, payment: Payment, error: base.GatewayError) -> None:
    records.timeline(
        order,
        f"payment.{payment.status}",
        payment=payment,
        reason=error.reason,
        error=type(error).__name__,
    )


def no_answer(error: base.GatewayError, order_id: str) -> AppError:
    """What a caller is told when a gateway did not do what it was asked to: 502."""
    if isinstance(error, base.Misconfigured):
        return AppError(
            "Payment gateway rejected our credentials",
            "gateway_misconfigured",
            status=502,
            orderId=order_id,
        )
    return AppError(
        "Payment gateway unavailable", "gateway_unavailable", status=502, orderId=order_id
    )


def ask(
    payment_id: str, *, actor: str = "reconciler", ref_hint: str | None = None
) -> orders.Settled:
    """Ask the gateway how a payment stands and settle it (a flow).

    A payment whose creation got no answer is created again with its own key, which makes nothing
    twice; `ref_hint`, from an event, spares that. Raises GatewayError when there is no answer now
    either.
    """
    order, payment = _load(payment_id)
    adapter = routing.connect_payment(payment)
    ref = payment.gateway_ref or ref_hint
    if ref is None:
        created = adapter.find_payment(request_for(order, payment))
        record(payment_id, created)
        ref = created.gateway_ref
    asked_at = clock.now()
    snapshot = adapter.retrieve_payment(ref)
    if snapshot.is_approved and _may_complete(payment_id):
        snapshot = _complete(adapter, ref, request_for(order, payment))
    return orders.settle(payment_id, snapshot, actor=actor, asked_at=asked_at)


def _may_complete(payment_id: str) -> bool:
    """The customer agreed to pay: whether the order still wants the money (a step).

    If it does it is processing from here on, so nobody cancels it, lets it expire or starts
    another payment while the money is being taken.
    """
    with transaction():
        order, payment = orders.lock(payment_id)
        is_wanted = order.is_payable and order.expires_at > clock.now()
        is_under_way = payment.status == PaymentStatus.processing
        if not payment.is_live or payment.status not in OPEN or not (is_wanted or is_under_way):
            return False
        orders.merge(order, payment, base.Snapshot("processing"))
        return True


def _complete(adapter: Any, ref: str, request: base.PaymentRequest) -> base.Snapshot:
    try:
        taken: base.Snapshot = adapter.complete_payment(ref, request)
    except base.Declined as error:
        return base.Snapshot("failed", failure=error.reason)
    return taken


def returned(payment_id: str, query: Mapping[str, str]) -> orders.Settled:
    """The customer came back from the gateway (a flow): settle what their browser brought along,
    where the gateway puts something into its address, else what it says itself. Nothing that a
    browser brings is ever a payment. Raises as `ask`.
    """
    _, payment = _load(payment_id)
    if payment.gateway_ref:
        adapter = routing.connect_payment(payment)
        brought = adapter.read_return(payment.gateway_ref, query)
        if brought and brought.status != "succeeded":
            return orders.settle(payment_id, brought, actor="return page")
    return ask(payment_id, actor="return page")


def check(payment_id: str) -> tasks.Again | None:
    """Ask on schedule (a flow, for the task); an unanswered call is planned again."""
    try:
        ask(payment_id)
    except (base.Declined, base.MethodUnavailable) as error:
        record_error(payment_id, error)
    except base.GatewayError as error:
        _plan_again(payment_id, error)
    return None


def _plan_again(payment_id: str, error: base.GatewayError) -> None:
    with transaction():
        order, payment = orders.lock(payment_id)
        payment.failure = error.reason
        if isinstance(error, base.Missing | base.Misconfigured):
            attention.unanswered(order, error)
        schedule.plan(order, payment)


def cancel(payment_id: str) -> tasks.Again | None:
    """Make sure a superseded payment can no longer be paid (a flow, for the task).

    If it was paid after all, that is settled like any other success; while it may still be paid,
    it is asked about until that is decided.
    """
    order, payment = _load(payment_id)
    if payment.status not in OPEN | {PaymentStatus.superseded}:
        return None
    try:
        if _is_over(order, payment):
            return None
    except (base.Declined, base.MethodUnavailable) as error:
        record_error(payment_id, error)  # it was never made
        return None
    except base.GatewayError as error:
        if isinstance(error, base.Missing | base.Misconfigured):
            note_unanswered(payment_id, error)
    return tasks.Again(_soon(payment))


def _is_over(order: Order, payment: Payment) -> bool:
    try:
        stop(order, payment)
    except base.Impossible:
        return ask(payment.id).payment_status == PaymentStatus.succeeded
    return True


def note_unanswered(payment_id: str, error: base.GatewayError) -> None:
    """Tell the merchant that a gateway could not be asked with the keys as they are (a step)."""
    with transaction():
        order, _ = orders.lock(payment_id)
        attention.unanswered(order, error)


def _soon(payment: Payment) -> datetime:
    """The next try: half a minute later, hourly when the payment is older, at last daily."""
    now = clock.now()
    if now - payment.created_at < timedelta(minutes=15):
        return clock.after(BUSY_AGAIN)
    return schedule.next_check(payment.created_at, now) or now + schedule.DAY


def stop(order: Order, payment: Payment) -> base.Snapshot:
    """Cancel a payment at its gateway and settle the answer (a flow).

    Raises Impossible when it was, or may be, paid; other GatewayErrors when that is not certain
    now. One whose creation was never answered is found by its key first.
    """
    adapter = routing.connect_payment(payment)
    ref = payment.gateway_ref
    if ref is None:
        created = adapter.find_payment(request_for(order, payment))
        record(payment.id, created)
        ref = created.gateway_ref
    snapshot: base.Snapshot = adapter.cancel_payment(ref)
    _stopped(payment.id, snapshot)
    return snapshot


def _stopped(payment_id: str, snapshot: base.Snapshot) -> None:
    """Settle that a payment is over (a step), unless the customer approved it while the gateway
    was asked: by now its money is being taken, and what was answered may be old."""
    with transaction():
        order, payment = orders.lock(payment_id)
        if payment.status == PaymentStatus.processing:
            raise base.Impossible("the payment is processing")
        orders.merge(order, payment, snapshot)


def _load(payment_id: str) -> tuple[Order, Payment]:
    with reading() as session:
        row = session.execute(
            select(Order, Payment)
            .join(Payment, Payment.order_id == Order.id)
            .where(Payment.id == payment_id)
        ).one_or_none()
    if row is None:
        raise NotFound("No such payment")
    return row.Order, row.Payment
