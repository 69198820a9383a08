"""The least that a webhook could cost: a bare Flask application that does one indexed UPDATE and answers some XML.

`gunicorn bench.gunicorn_floor:app -c gunicorn.conf.py` serves it exactly as the product is served.
"""

import os

from flask import Flask, Response, request
from sqlalchemy import text

from dialer.store.session import Database

app = Flask(__name__)
_database = Database(os.environ["DATABASE_OWNER_URL"], pool_size=20, application_name="bench-floor")
_UPDATE = text("update calls set twiml_milliseconds = 1 where id = :call_id")


@app.get("/healthz")
def tell_liveness() -> str:
    """Up."""
    return "ok"


@app.post("/answer")
def touch_call() -> Response:
    """One transaction, one statement."""
    with _database.transaction() as tx:
        tx.session.execute(_UPDATE, {"call_id": request.args["callId"]})
    return Response("<Response/>", mimetype="text/xml")
