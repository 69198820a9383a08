"""Pacing against pacing: the engine, rivals written anew from what is published of them, and anybody's own, on
simulated floors. `python -m bench.pacing` prints the tables; docs/benchmark.md says what they mean."""
