"""What the benchmark prints, and whether a gate was missed."""

import platform
import sys


class Report:
    def __init__(self) -> None:
        self.missed: list[str] = []
        self._say(f"{platform.machine()}, Python {platform.python_version()}")
        self._say("ratio = the floor's CPU per request / ours; 1.00 costs what the floor costs\n")

    def row(
        self, name: str, *, floor: float, ours: float, ratio: float, rps: float, gate: float | None
    ) -> None:
        """One path, CPU milliseconds per request of server and database together."""
        self._say(
            f"{name}\n  CPU ms/request: floor {floor:.2f}, ours {ours:.2f}   ratio {ratio:.2f}"
            f"   (requests/s ratio {rps:.2f}){self._verdict(name, ratio, gate)}"
        )

    def plain(self, name: str, floor: float, ours: float, ratio: float, gate: float | None) -> None:
        """One figure of both, where more is better."""
        verdict = self._verdict(name, ratio, gate)
        self._say(f"{name}\n  floor {floor:.0f}, ours {ours:.0f}   ratio {ratio:.2f}{verdict}")

    def note(self, name: str, values: list[float]) -> None:
        """Figures that are shown, not gated."""
        self._say(f"{name}\n  {', '.join(f'{value:.1f}' for value in values)}")

    def finish(self) -> int:
        """0, or 1 with the gates that were missed."""
        if self.missed:
            self._say(f"\nmissed: {'; '.join(self.missed)}")
        return 1 if self.missed else 0

    def _verdict(self, name: str, ratio: float, gate: float | None) -> str:
        if gate is None:
            return ""
        if ratio >= gate:
            return f"   gate {gate}: met"
        self.missed.append(name)
        return f"   gate {gate}: MISSED"

    def _say(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
