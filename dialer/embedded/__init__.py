"""PostgreSQL, Redis, the carrier's twin and the product itself as child processes of one Python program.

For `make demo`, `make serve`, the benches and the tests. Production starts its own processes and needs none of this.
"""
