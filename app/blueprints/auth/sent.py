"""What a browser keeps, in its signed cookie, while its person is at another company."""

import time
from dataclasses import dataclass

from flask import redirect
from flask import session as cookie
from flask.typing import ResponseReturnValue

from app.blueprints import session
from app.kit.errors import Refused
from app.services import identities
from app.services.identities import Begun, Told
from app.services.sessions import SignedIn

__all__ = [
    "Kept",
    "Trip",
    "away",
    "forget",
    "remember",
    "remembered",
    "same_person",
    "take",
]

AWAY, TOLD = "away", "told"  # names in the cookie
CONFIRM = "confirm"  # the purpose of who proves once more who they are
AT_ONCE = 3  # trips: a person may open several tabs
PATIENCE = 3600  # seconds until a trip is given up


@dataclass(frozen=True)
class Trip:
    """Why somebody was sent to a company, and what proves that it is they who come back."""

    begun: Begun | None  # None when this browser was not sent away
    purpose: str  # "sign in", "connect" or "confirm"
    goal: str
    session_id: str  # whose browser it was; empty for somebody who was not signed in
    first: str | None  # the link of an installation's first person


@dataclass(frozen=True)
class Kept:
    """What a company said of somebody whom nobody here has met."""

    told: Told
    goal: str


def away(company: str, purpose: str, goal: str, *, first: str | None = None) -> ResponseReturnValue:
    """Send the browser to a company, and keep what it needs on the way back."""
    begun = identities.begin(company, again=purpose == CONFIRM)
    who = session.current()
    trips = dict(list(cookie.get(AWAY, {}).items())[1 - AT_ONCE :])
    trips[begun.state] = [
        company,
        begun.nonce,
        begun.verifier,
        purpose,
        goal,
        who.session_id if who else "",
        first,
        int(time.time()),
    ]
    cookie[AWAY] = trips
    return redirect(begun.url, 302)


def take(company: str, state: str) -> Trip:
    """The trip a callback belongs to, once; one without beginning when this browser made none."""
    trips = dict(cookie.get(AWAY, {}))
    kept = trips.pop(state, None)
    cookie[AWAY] = trips
    if kept is None or kept[0] != company or time.time() - kept[7] > PATIENCE:
        return Trip(None, "sign in", "/", "", None)
    _company, nonce, verifier, purpose, goal, session_id, first, _at = kept
    begun = Begun("", state, nonce, verifier, again=purpose == CONFIRM)
    return Trip(begun, purpose, goal, session_id, first)


def same_person(trip: Trip) -> SignedIn:
    """Who began the trip, if they are still who is signed in. Raises Refused."""
    who = session.current()
    if who is None or who.session_id != trip.session_id:
        raise Refused("Somebody else began this", "sign_in_state")
    return who


def remember(told: Told, trip: Trip) -> None:
    """Keep a company's word until the person has said who they are here."""
    values = [told.company, told.subject, told.email, told.is_verified, told.name]
    cookie[TOLD] = [*values, trip.goal, int(time.time())]


def remembered(seconds: int) -> Kept | None:
    """The word that was kept, if it is not older than this."""
    kept = cookie.get(TOLD)
    if not kept or time.time() - kept[6] > seconds:
        return None
    return Kept(Told(*kept[:5]), kept[5])


def forget() -> None:
    """The company's word was used."""
    cookie.pop(TOLD, None)
