"""`/metrics` in Prometheus' text format: requests of this process, and the floor of the whole installation."""

import threading
import time
from collections.abc import Iterator

import structlog
from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from api.request_scope import route_template
from api.wiring import ApiDependencies
from dialer.usecases.health import count_floor

log = structlog.get_logger("api")

# Scraping often, or by several Prometheus servers, must not cost the database more.
CACHE_SECONDS = 5.0
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class FloorCollector:
    """Calls, agents, campaigns and queues, read when somebody scrapes and kept for a few seconds."""

    def __init__(self, dependencies: ApiDependencies):
        self._dependencies = dependencies
        self._lock = threading.Lock()
        self._kept: list[GaugeMetricFamily] = []
        self._kept_until = 0.0

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges. A database that does not answer leaves them out; the requests' counters are still served."""
        with self._lock:
            if time.monotonic() >= self._kept_until:
                self._kept = self._read()
                self._kept_until = time.monotonic() + CACHE_SECONDS
            yield from self._kept

    def _read(self) -> list[GaugeMetricFamily]:
        try:
            floor = count_floor(self._dependencies.services)
        except Exception as error:  # the page is served whatever the database says
            log.warning("floor_not_counted", reason=type(error).__name__)
            return []
        return [
            _gauge("dialer_calls_in_flight", "Calls that have not ended, by state.", "state", floor.calls),
            _gauge("dialer_agents", "Active agents, by state.", "state", floor.agents),
            _gauge("dialer_campaigns", "Campaigns, by status.", "status", floor.campaigns),
            _gauge(
                "dialer_queue_length", "Tasks waiting, by queue.", "queue", dict(self._dependencies.queue_lengths())
            ),
        ]


def install(app: Flask, dependencies: ApiDependencies) -> None:
    """Count and time every request by route template, and serve the page. A registry per application."""
    registry = CollectorRegistry()
    requests = Counter("dialer_http_requests", "Requests answered.", ["method", "route", "status"], registry=registry)
    latency = Histogram(
        "dialer_http_request_seconds", "Time to answer.", ["method", "route"], buckets=_BUCKETS, registry=registry
    )
    registry.register(FloorCollector(dependencies))

    @app.after_request
    def count_answer(response: Response) -> Response:
        method = request.method if request.url_rule else "(any)"
        requests.labels(method, route_template(), str(response.status_code)).inc()
        latency.labels(method, route_template()).observe(time.perf_counter() - g.began)
        return response

    @app.get("/metrics")
    def show_metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _gauge(name: str, text: str, label: str, values: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, total in sorted(values.items()):
        family.add_metric([value], total)
    return family
