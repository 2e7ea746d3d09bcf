"""Stateful stand-ins for the payment gateways, on loopback sockets."""
