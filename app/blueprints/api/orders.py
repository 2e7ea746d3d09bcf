"""GET /api/orders, GET /api/orders/{id}, POST /api/orders/{id}/cancel."""

from datetime import UTC, datetime

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from app.blueprints.api import answers
from app.blueprints.api.caller import Call, authenticated
from app.kit.errors import Refused
from app.models import OrderStatus
from app.services.orders import asking, ending, look

__all__ = ["cursor_of", "limit_of", "register"]

MOST = 100


def register(bp: Blueprint) -> None:
    bp.get("/orders")(list_orders)
    bp.get("/orders/<order_id>")(get_order)
    bp.post("/orders/<order_id>/cancel")(cancel_order)


@authenticated("payments")
def list_orders(call: Call) -> ResponseReturnValue:
    status = request.args.get("status")
    if status is not None and status not in set(OrderStatus):
        raise Refused('Invalid field: "status"', "invalid_field", field="status")
    page = look.page(
        call.caller.provider_id,
        external_id=_text("externalId"),
        status=status,
        created_after=_moment("createdAfter"),
        limit=limit_of(),
        cursor=cursor_of("ord_"),
    )
    return jsonify(orders=[answers.order(one) for one in page.orders], nextCursor=page.next_cursor)


@authenticated("payments")
def get_order(call: Call, order_id: str) -> ResponseReturnValue:
    found = look.get(order_id, provider_id=call.caller.provider_id)
    if request.args.get("sync") == "1":
        asking.ask_about(found)
        found = look.get(order_id, provider_id=call.caller.provider_id)
    return jsonify(answers.whole_order(found))


@authenticated("payments")
def cancel_order(call: Call, order_id: str) -> ResponseReturnValue:
    look.get(order_id, provider_id=call.caller.provider_id)
    ending.cancel(order_id)
    return jsonify(answers.whole_order(look.get(order_id, provider_id=call.caller.provider_id)))


def limit_of() -> int:
    """How many rows a page has, 1 to 100. Raises Refused."""
    text = request.args.get("limit", "20")
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:6]) <= MOST:
        raise Refused('Invalid field: "limit"', "invalid_field", field="limit")
    return int(text)


def cursor_of(prefix: str) -> str | None:
    """Where the page starts, as the last answer's nextCursor said. Raises Refused."""
    text = _text("cursor")
    if text is not None and (not text.startswith(prefix) or len(text) > 40 or not text.isascii()):
        raise Refused('Invalid field: "cursor"', "invalid_field", field="cursor")
    return text


def _text(name: str) -> str | None:
    text = request.args.get(name)
    if text is not None and ("\x00" in text or len(text) > 255):
        raise Refused(f'Invalid field: "{name}"', "invalid_field", field=name)
    return text


def _moment(name: str) -> datetime | None:
    text = request.args.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise Refused(f'Invalid field: "{name}"', "invalid_field", field=name) from error
