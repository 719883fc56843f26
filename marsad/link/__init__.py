"""Linking."""
