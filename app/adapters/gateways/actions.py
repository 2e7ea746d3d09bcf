"""What the customer does next, one type for each kind; the checkout has one fragment for each."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar

from app.kit.clock import read_moment, write_moment

__all__ = [
    "Action",
    "AskCustomer",
    "Redirect",
    "ShowQr",
    "ShowReference",
    "Wait",
    "from_dict",
    "to_dict",
]


@dataclass(frozen=True)
class Redirect:
    """Go to the gateway's own page."""

    kind: ClassVar[str] = "redirect"
    url: str


@dataclass(frozen=True)
class ShowQr:
    """Scan a code, or follow a link on the phone that holds the app."""

    kind: ClassVar[str] = "qr"
    url: str  # the gateway's page for people who cannot scan
    mobile_url: str | None = None
    image_url: str | None = None  # theirs; fetched by us, never by the browser
    content: str | None = None  # what we draw ourselves when they have no image
    address: str | None = None  # crypto
    amount: str | None = None  # in the coin's own decimals
    coin: str | None = None  # its symbol
    network: str | None = None  # where the address is; coins sent on another one are lost
    expires_at: datetime | None = None


@dataclass(frozen=True)
class ShowReference:
    """Pay a reference at a cash machine or in a bank's app."""

    kind: ClassVar[str] = "reference"
    entity: str
    reference: str
    amount: str
    expires_at: datetime | None = None


@dataclass(frozen=True)
class AskCustomer:
    """The method needs something of the customer first."""

    kind: ClassVar[str] = "ask"
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Wait:
    """The customer confirms elsewhere, in an app that was notified."""

    kind: ClassVar[str] = "wait"
    message: str = ""
    expires_at: datetime | None = None


Action = Redirect | ShowQr | ShowReference | AskCustomer | Wait
_KINDS: dict[str, type[Any]] = {
    one.kind: one for one in (Redirect, ShowQr, ShowReference, AskCustomer, Wait)
}


def to_dict(action: Action) -> dict[str, Any]:
    """JSON-safe, with the kind beside the fields."""
    stored = asdict(action)
    if "expires_at" in stored:
        stored["expires_at"] = write_moment(stored["expires_at"])
    return {"kind": action.kind, **stored}


def from_dict(stored: Mapping[str, Any]) -> Action:
    """The action that `to_dict` wrote."""
    values = {name: value for name, value in stored.items() if name != "kind"}
    if "expires_at" in values:
        values["expires_at"] = read_moment(values["expires_at"])
    if "fields" in values:
        values["fields"] = tuple(values["fields"])
    action: Action = _KINDS[stored["kind"]](**values)
    return action
