"""Where images are kept: a folder of ours, or a merchant's ImageKit."""

from app.adapters.media.base import Keeper, Kept

__all__ = ["Keeper", "Kept"]
