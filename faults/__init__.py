"""The fault suite: a real campaign on the carrier's twin, real processes, and a seeded plan of everything that fails.

The product holds no test code: its web and worker processes are started through `sabotaged_web` and `sabotaged_worker`,
which wrap the ports of `Services` before the first request.
"""
