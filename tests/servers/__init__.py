"""The real servers a test run starts by itself: PostgreSQL, PgBouncer, Valkey, a headless Chromium.

They come from wheels (browser and PgBouncer from the system), listen on this machine alone, keep
their files in private temporary folders and end with the process that started them.
"""
