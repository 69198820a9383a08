"""Writes sets of names as one readable text."""

from __future__ import annotations


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())
