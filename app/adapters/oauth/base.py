"""What signing in with another company takes, gives and may refuse.

A company is asked twice: `begin` says where to send the person, `finish` reads what their browser
brings back. Neither knows a request, a session or a database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, Self

__all__ = ["Begun", "Company", "Identity", "Reason", "SignInRefused", "SignInUnavailable"]

Reason = Literal["denied", "state", "expired", "invalid", "stale"]
EMAIL_LENGTH = 254  # RFC 5321, 4.5.3.1, less the angle brackets
NAME_LENGTH = 200


@dataclass(frozen=True)
class Begun:
    """What must be kept in the browser's signed session until the callback. Printing it shows
    none of it: state, nonce and verifier prove that the callback is this browser's."""

    url: str = field(repr=False)  # where to send the person
    state: str = field(repr=False)
    nonce: str = field(repr=False)  # "" where there is no OpenID Connect
    verifier: str = field(repr=False)  # PKCE (RFC 7636), S256
    again: bool = False  # somebody who is signed in here proves once more who they are


@dataclass(frozen=True)
class Identity:
    """Who somebody is at a company. Only (`company`, `subject`) names them; addresses change."""

    company: str  # "google" or "github"
    subject: str  # OpenID Connect's `sub`, or GitHub's numeric id: never renamed, never given anew
    email: str  # lower case, "" if there is none
    is_verified: bool  # the company says that the address is theirs
    name: str

    @classmethod
    def told(
        cls, company: str, subject: str, *, email: object, is_verified: object, name: object
    ) -> Self:
        """From what a company told, whatever types it came in.

        Only a true `true` verifies: some companies send the word "true", and not all mean it.
        """
        address = _line(email).lower()
        address = address if len(address) <= EMAIL_LENGTH else ""
        proved = is_verified is True and address != ""
        return cls(company, subject, address, proved, _line(name)[:NAME_LENGTH])


class SignInRefused(Exception):
    """Nobody is signed in, and beginning again is all there is to do.

    `reason` is for the page: `denied` (the person said no), `state` (the callback belongs to
    another browser or an older attempt), `expired` (too late, or the code was used already),
    `invalid` (what the company sent does not prove anything, or it refuses our client) or `stale`
    (it does not say that the person signed in there a short time ago, when begun `again`).
    `said` is for the log; it never holds a code, a token or a secret.
    """

    def __init__(self, reason: Reason, said: str) -> None:
        super().__init__(f"{reason}: {said}")
        self.reason = reason
        self.said = said


class SignInUnavailable(Exception):
    """The company did not answer, or with nothing that could be used. `said` is for the log."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class Company(Protocol):
    """A company that people can sign in with."""

    key: str  # "google"; never shown, never changed
    title: str  # "Google"
    origin: str  # scheme://host[:port] of the page people are sent to, for CSP form-action

    def begin(self, redirect_uri: str, *, again: bool = False) -> Begun:
        """Start a sign-in; `redirect_uri` is absolute, and registered with the company. `again`
        asks it not to rely on a sign-in of long ago, where it has a way to be asked.

        May ask the company where its pages are. Raises SignInUnavailable.
        """
        ...

    def finish(self, begun: Begun, redirect_uri: str, params: Mapping[str, str]) -> Identity:
        """Who it is, from the callback's query parameters. At most 25 seconds.

        The caller forgets `begun` before it calls, so that a callback counts once. Raises
        SignInRefused and SignInUnavailable.
        """
        ...


def _line(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""
