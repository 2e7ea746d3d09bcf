"""One organization's integrations: how each stands, saving what was typed, trying it out."""

from app.services.integrations.abilities import Ability, abilities
from app.services.integrations.card import Card
from app.services.integrations.cards import card, cards, find_spec, own_scope
from app.services.integrations.checklist import Line
from app.services.integrations.rotation import Insists, drop_previous, go_back, save
from app.services.integrations.trying import Tested, verify

__all__ = [
    "Ability",
    "Card",
    "Insists",
    "Line",
    "Tested",
    "abilities",
    "card",
    "cards",
    "drop_previous",
    "find_spec",
    "go_back",
    "own_scope",
    "save",
    "verify",
]
