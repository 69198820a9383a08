"""Pacing rules of other dialers, written anew from what is published of them. Each module names its source; where a
rule was made better than its original, the module says so and docs/benchmark.md lists it."""
