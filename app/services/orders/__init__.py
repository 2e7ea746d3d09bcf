"""Orders: the one place where their state changes, and the ways to look at them."""

from app.services.orders.settle import Settled, lock, merge, settle

__all__ = ["Settled", "lock", "merge", "settle"]
