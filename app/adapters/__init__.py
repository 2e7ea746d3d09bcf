"""The words of others: the only code that speaks to other companies."""
