"""Gateways: adapters that move money. One file or package each, all on base.Gateway."""
