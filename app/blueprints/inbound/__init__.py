"""The companies' door: their calls, raw, each at the address of one scope. Where a gateway sends
customers back to that address as well, they are sent on to their order."""

from flask import Blueprint, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import MethodNotAllowed

from app.extensions import csrf
from app.kit.errors import AppError
from app.registry import services
from app.services import inbound
from app.services.mail import reports

__all__ = ["bp"]

BODY_LIMIT = 512 * 1024  # bytes

bp = Blueprint("inbound", __name__, url_prefix="/api")
csrf.exempt(bp)


@bp.route("/webhooks/<gateway>", methods=["GET", "POST"])
@bp.route("/webhooks/<gateway>/<token>", methods=["GET", "POST"])
def receive(gateway: str, token: str | None = None) -> ResponseReturnValue:
    source = inbound.endpoint_scope(gateway, token)
    spec = services()[gateway].gateway
    if spec and request.method == "GET" and spec.returns_by:
        return _send_on(gateway, source, request.args.get(spec.returns_by, ""))
    calls_by = spec.calls_by if spec else "POST"
    if request.method != calls_by:
        raise MethodNotAllowed([calls_by])
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        if spec:
            outcome = inbound.receive(gateway, source, _body(), headers, request.args.to_dict())
        else:
            outcome = reports.receive(gateway, source, _body(), headers)
    except AppError as error:
        inbound.refused(source, error.status)
        raise
    return jsonify(received=True, outcome=outcome)


def _send_on(gateway: str, source: inbound.Source, reference: str) -> ResponseReturnValue:
    """A customer's browser; its order's page asks the gateway, so what it says proves nothing."""
    token = inbound.order_token(gateway, source, reference)
    return redirect(url_for("checkout.come_back", token=token), 303)


def _body() -> bytes:
    body = request.stream.read(BODY_LIMIT + 1)
    if len(body) > BODY_LIMIT:
        raise AppError("Request body too large", "body_too_large", status=413)
    return body


@bp.post("/stripe/webhook")
def stripe_alias() -> ResponseReturnValue:
    """The address the integrators of the first version registered at Stripe."""
    return receive("stripe")
