"""Benchmarks: they measure and print; what they gate on is a ratio to a floor of the same run."""
