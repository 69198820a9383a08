"""Calls that are handed over."""
