"""Faults a test can switch on for the next calls a fake receives."""

from __future__ import annotations

import fnmatch
import threading
from dataclasses import dataclass, field
from typing import Any, Self

GATE_LIMIT = 60.0


class Gate:
    """Holds one call in flight; ``entered`` is set once the call waits here."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self._open = threading.Event()

    def release(self) -> None:
        """Let the held call go on."""
        self._open.set()

    def wait(self) -> None:
        """Called by the server: report the call and stay until released."""
        self.entered.set()
        self._open.wait(GATE_LIMIT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


@dataclass
class Fault:
    """One planned fault: what, on which calls, how many times still."""

    kind: str
    target: str
    left: int
    options: dict[str, Any] = field(default_factory=dict)

    def matches(self, method: str, path: str) -> bool:
        """Say whether a call is meant: a path prefix, ``*`` wild, ``$`` for the whole path."""
        wanted_method, _, wanted_path = self.target.partition(" ")
        if wanted_method not in ("*", method):
            return False
        pattern = wanted_path[:-1] if wanted_path.endswith("$") else wanted_path + "*"
        return fnmatch.fnmatchcase(path, pattern)


class FaultBoard:
    """The planned faults of one fake, taken by its request threads one by one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._gates: list[Gate] = []
        self.stopping = threading.Event()

    def plan(self, kind: str, target: str, times: int, **options: Any) -> Fault:
        """Add a fault for the next ``times`` matching calls."""
        fault = Fault(kind, target, times, options)
        with self._lock:
            self._faults.append(fault)
        return fault

    def plan_gate(self, target: str, times: int, after: bool) -> Gate:
        """Add a gate for the next ``times`` matching calls."""
        gate = Gate()
        with self._lock:
            self._gates.append(gate)
        self.plan("hold_after" if after else "hold", target, times, gate=gate)
        return gate

    def take(self, kind: str, method: str, path: str, **wanted: Any) -> Fault | None:
        """Use up one planned fault of this kind for this call, if there is one."""
        with self._lock:
            for fault in self._faults:
                if fault.kind != kind or not fault.matches(method, path):
                    continue
                if any(fault.options.get(name) != value for name, value in wanted.items()):
                    continue
                fault.left -= 1
                if fault.left <= 0:
                    self._faults.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Forget every planned fault and let held calls go."""
        with self._lock:
            self._faults.clear()
            gates, self._gates = self._gates, []
        for gate in gates:
            gate.release()

    def stop(self) -> None:
        """Wake everything that waits; used when the server shuts down."""
        self.stopping.set()
        self.clear()


class FaultSwitches:
    """The switches as a test calls them; a server with a ``faults`` board inherits these."""

    faults: FaultBoard

    def fail_next(
        self,
        target: str,
        status: int = 500,
        times: int = 1,
        *,
        stored: bool | None = None,
        body: bytes | dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        **detail: Any,
    ) -> None:
        """Answer the next matching calls with an error.

        ``stored`` says that the error happens after the call was accepted, so that the
        idempotency key remembers it; that is the default for 500 and 402 only.
        """
        if stored is None:
            stored = status in (500, 402)
        self.faults.plan(
            "fail",
            target,
            times,
            status=status,
            stored=stored,
            body=body,
            headers=headers or {},
            detail=detail,
        )

    def drop_after_commit(self, target: str, times: int = 1) -> None:
        """Do the work of the next matching calls, then close the socket unanswered."""
        self.faults.plan("drop_after", target, times)

    def drop_before_commit(self, target: str, times: int = 1) -> None:
        """Close the socket of the next matching calls with nothing done."""
        self.faults.plan("drop_before", target, times)

    def hold(self, target: str, times: int = 1, *, after_commit: bool = False) -> Gate:
        """Keep the next matching calls in flight until the gate is released."""
        return self.faults.plan_gate(target, times, after_commit)

    def slow(
        self, target: str, seconds: float, times: int = 1, *, after_commit: bool = False
    ) -> None:
        """Delay the next matching calls, before or after their work."""
        kind = "slow_after" if after_commit else "slow"
        self.faults.plan(kind, target, times, seconds=seconds)

    def clear_faults(self) -> None:
        """Take back every planned fault and release every gate."""
        self.faults.clear()
