"""Test connection: one harmless call with the stored values. Flows."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.adapters.gateways import base
from app.extensions import reading, transaction
from app.registry import services
from app.services import credentials, routing
from app.services.credentials import PLATFORM, Scope, Stored
from app.services.integrations.cards import find_spec, own_scope, uses_platform

__all__ = ["Tested", "verify"]


@dataclass(frozen=True)
class Tested:
    """What came of a harmless call with the stored values."""

    is_ok: bool
    account: str = ""
    test_mode: bool | None = None
    remarks: Sequence[str] = ()
    problem: str = ""  # a code the page has a sentence for
    said: str = ""  # what the company said


def verify(key: str, scope: Scope | None = None) -> Tested:
    """Make one harmless call with the stored values (a flow), say what came of it, and note it
    beside the keys it was made with."""
    spec = find_spec(key)
    if not spec.is_active:
        return Tested(False, problem="not_active")
    scope = scope or _testable(key)
    with reading():
        found = credentials.stored(key, scope)
    try:
        adapter = routing.connect_stored(found)
    except base.Misconfigured as error:
        return Tested(False, problem="misconfigured", said=error.reason)
    return _ask(adapter, found)


def _ask(adapter: base.Gateway, found: Stored) -> Tested:
    is_ours = found.scope != PLATFORM and not found.is_empty
    try:
        said = adapter.verify()
    except base.Misconfigured as error:
        if is_ours and not isinstance(error, base.NotPermitted):
            with transaction():
                credentials.note_refused(found)
        return Tested(False, problem="misconfigured", said=error.reason)
    except base.GatewayError as error:
        return Tested(False, problem="no_answer", said=error.reason)
    if is_ours:
        with transaction():
            credentials.note_accepted(found, said.account)
    return Tested(True, said.account, said.test_mode, said.remarks)


def _testable(key: str) -> Scope:
    """The scope that would pay: the organization's own values, else the environment's."""
    own = own_scope()
    with reading():
        use_own = not credentials.stored(key, own).is_empty or not uses_platform()
    builtin = services()[key].gateway
    return own if use_own or (builtin and builtin.is_builtin) else PLATFORM
