"""Fuzzers: bytes that nobody thought of, for hours."""
