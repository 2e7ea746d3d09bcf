"""A new seller: written down, then opened at the gateway of the provider's account."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, reading, transaction
from app.kit import clock
from app.kit.errors import AppError, NotFound
from app.kit.strictjson import dump
from app.models import Seller, SellerStatus
from app.services import idempotency, records, routing, tasks
from app.services.api_keys import Caller
from app.services.credentials import Scope
from app.services.escrow.terms import unavailable
from app.services.idempotency import Claim, Key
from app.services.moves import LAST_TRY, NET
from app.services.routing import Asker, Choice
from app.services.sellers.look import get
from app.services.sellers.standing import record

__all__ = ["Wanted", "connect", "create", "open_account"]

_SILENCE = "no answer for a day: look at the company whether it has an account for them"
AGAIN = (2, 5, 15, 60, 300, 900, 3600)  # seconds


@dataclass(frozen=True)
class Wanted:
    """Whom a provider wants to have paid."""

    name: str
    email: str
    country: str | None = None
    external_id: str | None = None
    gateway: str | None = None


def create(
    caller: Caller | Asker,
    wanted: Wanted,
    *,
    actor: str = "api",
    key: Key | None = None,
    render: Callable[[Seller], dict[str, Any]],
) -> bytes:
    """Make a seller under the account that the provider's orders are charged to (a flow).

    Gives the body of the answer, which an idempotency key replays. Raises Refused
    `escrow_unavailable` for a gateway that pays no sellers, AppError 402 `declined` when it makes
    no account for this one, 502 when it does not answer; then the seller is kept, a task asks
    again, and the same request with the same key gets what came of it.
    """
    choice = routing.choose(caller, wanted.gateway)
    adapter = routing.connect(choice.gateway, choice.credentials)
    if adapter.marketplace is None:
        raise unavailable(f"{choice.gateway} does not pay sellers")
    seller_id, held = _write_down(caller, wanted, choice, adapter.test_mode, actor, key)
    open_account(seller_id)
    seller = get(seller_id)
    if seller.status == SellerStatus.failed:
        idempotency.release(held)
        raise AppError(f"The gateway declined: {seller.failure}", "declined", status=402)
    if seller.status == SellerStatus.created:
        idempotency.release(held)
        raise AppError(
            "Payment gateway unavailable", "gateway_unavailable", status=502, sellerId=seller_id
        )
    body = dump(render(seller))
    idempotency.complete(held, 200, body)
    return body


def _write_down(
    caller: Caller | Asker,
    wanted: Wanted,
    choice: Choice,
    test_mode: bool,
    actor: str,
    key: Key | None,
) -> tuple[str, Claim | None]:
    with transaction():
        held = idempotency.claim(key) if key else None
        if held and held.subject_id:
            return held.subject_id, held
        made = Seller(
            provider_id=caller.provider_id,
            name=wanted.name,
            email=wanted.email,
            country=wanted.country,
            external_id=wanted.external_id,
            gateway=choice.gateway,
            scope_kind=choice.scope.kind,
            scope_owner=choice.scope.owner,
            account=routing.account_of(choice.gateway, choice.scope) or None,
            test_mode=test_mode,
        )
        db.session.add(made)
        due = clock.after(NET)
        tasks.add("sellers.open", {"seller": made.id}, key=f"seller:{made.id}", due=due)
        records.audit("seller.created", actor=actor, subject=made.id, name=made.name)
        if held:
            idempotency.bind(held, made.id)
        return made.id, held


def open_account(seller_id: str) -> tasks.Again | None:
    """Open the account of a seller who has none yet (a flow, for the task too). Repeated with the
    same key, it makes none twice; a gateway may forget that key after a day, so nothing is asked
    any more by then, and somebody has to look."""
    try:
        seller = get(seller_id)
    except NotFound:
        return None
    if seller.status != SellerStatus.created:
        return None
    asked_at = clock.now()
    if asked_at - seller.created_at > LAST_TRY:
        silence = base.Unavailable(_SILENCE)
        return _not_opened(seller_id, silence, SellerStatus.failed)
    try:
        state = connect(seller).create_seller(
            base.SellerRequest(
                seller.id,
                seller.org_id,
                seller.name,
                seller.email,
                seller.country,
                f"seller-{seller.id}",
            )
        )
    except (base.Impossible, base.Declined) as error:
        return _not_opened(seller_id, error, SellerStatus.failed)
    except base.GatewayError as error:
        return _not_opened(seller_id, error, SellerStatus.created)
    record(seller_id, state, asked_at)
    return None


def _not_opened(
    seller_id: str, error: base.GatewayError, status: SellerStatus
) -> tasks.Again | None:
    with transaction():
        seller = db.session.scalars(
            select(Seller).where(Seller.id == seller_id).with_for_update()
        ).one()
        if seller.status != SellerStatus.created:
            return None
        seller.status, seller.failure = status, error.reason[:300]
        seller.checks += 1
        if status == SellerStatus.failed:
            return None
        return tasks.Again(clock.after(AGAIN[min(seller.checks, len(AGAIN)) - 1]))


def connect(seller: Seller) -> base.Marketplace:
    """What pays sellers, with the credentials this one was made with. Raises Misconfigured, also
    when the keys stored there now are of the other mode, or are known to belong to another account
    than the seller's: that one would say that there is no such seller."""
    scope = Scope(seller.scope_kind, seller.scope_owner)
    with reading():
        ours = routing.account_of(seller.gateway, scope)
    if seller.account and ours and seller.account != ours:
        raise base.Misconfigured("the stored keys belong to another account than this seller's")
    adapter = routing.connect_scope(seller.gateway, scope)
    if adapter.test_mode != seller.test_mode or adapter.marketplace is None:
        raise base.Misconfigured("the stored keys are of another mode than this seller's account")
    found: base.Marketplace = adapter.marketplace
    return found
