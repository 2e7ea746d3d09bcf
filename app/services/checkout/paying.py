"""Choosing a method: at most one way to pay stands open, and nothing is charged twice. Flows."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from sqlalchemy import select

from app.adapters.gateways import actions, base
from app.extensions import db, transaction
from app.kit import clock
from app.kit.errors import Conflict, Refused
from app.kit.tenancy import as_org
from app.models import Order, Payment, PaymentStatus
from app.models.payment import OPEN
from app.registry import Method
from app.services import failover, payments, records, routing, throttle
from app.services.checkout.answers import answered
from app.services.checkout.looking import Found, Page, is_unanswered, may_be_paid, page
from app.services.credentials import Scope
from app.services.failover import Offer
from app.services.orders import ending, money_in
from app.services.throttle import Limit

__all__ = ["pay"]

log = structlog.get_logger()

# Whoever has an order's address could ring one phone after the other in the merchant's name.
PUSHES, PUSHES_IN = 5, 900  # requests to phones for one order, in seconds


def pay(found: Found, wanted: str, answers: Mapping[str, str], locale: str | None = None) -> Page:
    """Start, or go on with, paying by a method (a flow); the page then says what to do next.

    `locale` is the language the customer chose, which the gateway's page is asked to speak, too.
    Choosing what was chosen before shows the same again and charges nothing twice, unless the
    customer answers otherwise: a request to another phone takes the place of the first. Raises
    Refused for a method that is not offered, Conflict when another payment is under way, AppError
    429 when phones were rung too often for the order.
    """
    with as_org(found.org_id):
        now = page(found)
        if now.order.is_payable and now.order.expires_at <= clock.now():
            ending.expire(found.order_id)
            return page(found)
        if not now.order.is_payable:
            return now
        if offer := _offer(now, wanted):
            return _elsewhere(found, now, offer, wanted, answers)
        if now.is_unclear:
            return now
        if locale and _may_speak(now, locale):
            _speak(found.order_id, locale)
            now = page(found)
        method = _wanted(now, wanted)
        answers = answered(now.payment, method, answers)
        if _is_shown(now, method, answers):
            return now
        if now.payment and _continues(now.payment, method):
            _go_on(now.order, now.payment, method, answers)
        else:
            _start(now, method, answers)
        return page(found)


def _offer(now: Page, wanted: str) -> Offer | None:
    name, _, method = wanted.partition(":")
    return next((one for one in now.others if method and one.gateway == name), None)


def _elsewhere(
    found: Found, now: Page, offer: Offer, wanted: str, answers: Mapping[str, str]
) -> Page:
    """Pay through another gateway: what may be paid at the first is certainly dead before."""
    method = _among(offer.methods, wanted.partition(":")[2])
    answers = answered(None, method, answers)
    live = now.payment
    if live and live.status in OPEN and may_be_paid(live):
        _stop(now.order, live)
    failover.switch(now.order.id, offer, "chosen by the customer", live)
    _start(page(found), method, answers)
    return page(found)


def _may_speak(now: Page, locale: str) -> bool:
    """Not while a gateway is being asked: the same call, repeated, has to be the same."""
    is_asked = now.payment is not None and now.payment.status == PaymentStatus.created
    return locale != now.order.locale and not is_asked


def _speak(order_id: str, locale: str) -> None:
    with transaction():
        _locked(order_id).locale = locale


def _wanted(now: Page, wanted: str) -> Method:
    name = wanted.partition(":")[2] if wanted.startswith(f"{now.order.gateway}:") else wanted
    return _among(now.methods, name)


def _among(methods: tuple[Method, ...], name: str) -> Method:
    for method in methods:
        if method.name == name:
            return method
    raise Refused("Choose one of the payment methods shown", "invalid_method", field="method")


def _is_shown(now: Page, method: Method, answers: Mapping[str, str]) -> bool:
    """Whether just that stands before the customer: the method, for the answers they gave."""
    if now.payment is None or isinstance(now.action, actions.AskCustomer | None):
        return False
    return now.payment.method == method.name and now.payment.answers == answers


def _continues(payment: Payment, method: Method) -> bool:
    """Whether the object that exists at the gateway can be paid this way, as it is. Not one that
    went unanswered: the same key would get the same answer again, which may be a stored 500."""
    if payment.gateway_ref is None or payment.was_shown or payment.checks:
        return False
    try:
        adapter = routing.connect_payment(payment)
    except base.Misconfigured as error:
        _went_wrong(payment.id, error)
        raise _no_answer() from error
    return bool(adapter.continues(payment.gateway_ref, method.name))


def _go_on(order: Order, payment: Payment, method: Method, answers: Mapping[str, str]) -> None:
    _choose(order.id, payment.id, method.name, answers)
    payment.method, payment.answers = method.name, dict(answers)
    request = payments.request_for(order, payment)
    _call(
        payment,
        lambda adapter: adapter.continue_payment(payment.gateway_ref, request),
    )


def _call(payment: Payment, ask: Callable[[Any], base.Created]) -> None:
    """Ask the gateway and write down what came of it. Raises Conflict when the customer has to do
    something: nothing happened there, and pressing again may help."""
    try:
        payments.record(payment.id, ask(routing.connect_payment(payment)))
    except base.GatewayError as error:
        _went_wrong(payment.id, error)
        if isinstance(error, base.Busy | base.Misconfigured | base.Impossible):
            raise _no_answer() from error


def _choose(order_id: str, payment_id: str, method: str, answers: Mapping[str, str]) -> None:
    """Write down the choice before the gateway hears of it (a step). Raises Conflict when the
    order moved on meanwhile."""
    with transaction():
        order = _locked(order_id)
        payment = db.session.get_one(Payment, payment_id)
        if not order.is_payable or not payment.is_live or payment.was_shown:
            raise Conflict("This payment has moved on; look again", "payment_moved_on")
        payment.method, payment.answers = method, dict(answers)
        records.timeline(order, "payment.method", payment=payment, actor="customer", method=method)


def _start(now: Page, method: Method, answers: Mapping[str, str]) -> None:
    """A new object at the gateway takes the place of the current one, which is made certain to
    be dead first if the customer has ever seen a way to pay it."""
    if now.payment and may_be_paid(now.payment) and now.payment.status in OPEN:
        _stop(now.order, now.payment)
    if method.acts_alone:
        throttle.take(Limit(PUSHES, PUSHES_IN, ("push", now.order.id)))
    payment = _open(now, method.name, answers)
    request = payments.request_for(now.order, payment)
    _call(payment, lambda adapter: adapter.create_payment(request))


def _stop(order: Order, payment: Payment) -> None:
    try:
        payments.stop(order, payment)
    except base.Impossible:
        payments.ask(payment.id, actor="customer")
        raise Conflict(
            "Your other payment is being completed; please wait", "payment_under_way"
        ) from None
    except base.GatewayError as error:
        raise Conflict(
            "We are waiting for an answer about your other payment; please try again in a minute",
            "payment_under_way",
        ) from error


def _open(now: Page, method: str, answers: Mapping[str, str]) -> Payment:
    """A new live payment, if the order still is what the customer saw (a step)."""
    with transaction():
        order = _locked(now.order.id)
        if not order.is_payable:
            raise Conflict("This order has moved on; look again", "payment_moved_on")
        _nothing_new(order, now)
        money_in.supersede(order)
        payment = payments.new(
            order,
            Scope(order.scope_kind, order.scope_owner),
            gateway=order.gateway,
            method=method,
            test_mode=order.test_mode,
            answers=answers,
        )
        db.session.flush()
        records.timeline(order, "payment.method", payment=payment, actor="customer", method=method)
        return payment


def _nothing_new(order: Order, now: Page) -> None:
    """The payment that is replaced is the one this customer saw, and as they saw it: one that was
    shown in a second window meanwhile, or may be paid though no answer came, is not replaced."""
    live = db.session.scalars(
        select(Payment).where(Payment.order_id == order.id, Payment.is_live).with_for_update()
    ).one_or_none()
    if live is None:
        return
    seen = now.payment
    same = seen is not None and live.id == seen.id and live.action == seen.action
    if not same or is_unanswered(live):
        raise Conflict(
            "You chose another method in a second window; please wait a moment",
            "payment_under_way",
        )


def _no_answer() -> Conflict:
    return Conflict(
        "The payment company does not answer right now; try again, or choose another method",
        "gateway_unavailable",
    )


def _went_wrong(payment_id: str, error: base.GatewayError) -> None:
    log.warning("checkout.gateway_error", payment=payment_id, error=type(error).__name__)
    payments.record_error(payment_id, error)


def _locked(order_id: str) -> Order:
    order: Order = db.session.scalars(
        select(Order).where(Order.id == order_id).with_for_update()
    ).one()
    return order
