"""Fields on a company's own pages, into which our address is typed to register it by hand."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Place"]


@dataclass(frozen=True)
class Place:
    """One such field, by the name it has there."""

    label: str
    ending: str = ""  # what follows our address; {name} stands for a stored value that is no secret
    needs: tuple[str, ...] = ()  # our fields without which it concerns nobody

    def filled(self, url: str, values: Mapping[str, str]) -> str:
        """What is to be typed there, with `values` of the fields it needs."""
        return url + self.ending.format_map({name: values.get(name, "") for name in self.needs})
