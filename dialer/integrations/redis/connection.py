"""The client that gates, limits and heartbeats share."""

from redis import Redis


def connect_redis(redis_url: str) -> Redis:
    """No operation waits longer than two seconds."""
    return Redis.from_url(redis_url, socket_timeout=2, socket_connect_timeout=2, health_check_interval=30)
