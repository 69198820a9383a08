"""The calling rules once more, written from the facts alone, to judge `may-call` and `numbers` from outside."""
