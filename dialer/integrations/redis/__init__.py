"""Redis: rate gates, counters, heartbeats. It may be flushed at any moment and nothing is lost."""
