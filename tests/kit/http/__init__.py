"""Tests of the client for addresses typed by merchants, on real sockets."""
