"""`/healthz`: this process lives. `/readyz`: everything that dialing needs is there."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from api.context import dependencies
from dialer.usecases.health import check_readiness


def build_health_blueprint() -> Blueprint:
    """Both pages, without login and without rate limit."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def show_liveness() -> ResponseReturnValue:
        return jsonify(status="ok")

    @blueprint.get("/readyz")
    def show_readiness() -> ResponseReturnValue:
        given = dependencies()
        checks = check_readiness(given.services, given.heartbeats, expected_revision=given.expected_revision)
        ready = all(check.ok for check in checks)
        body = {
            "status": "ready" if ready else "not ready",
            "checks": [{"name": check.name, "ok": check.ok, "why": check.why} for check in checks],
        }
        return jsonify(body), 200 if ready else 503

    return blueprint
