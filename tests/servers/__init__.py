"""The real servers a test run starts by itself: PostgreSQL, Valkey and a headless Chromium.

All of them come from wheels (or the system's own browser), listen on this machine alone, keep
their files in private temporary folders and end with the process that started them.
"""
