"""The one page of the console, what it may load, and its files.

Everything below `/console/` but the files is the same page: which of its screens is shown stands behind the `#`.
"""

from secrets import token_urlsafe
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from api.console.assets import Asset, Tree
from api.context import api_settings

# What pages import by name, as file of `vendor/`.
IMPORTS = {
    "preact": "preact.js",
    "preact/hooks": "preact-hooks.js",
    "htm": "htm.js",
    "htm/preact": "htm-preact.js",
    "@preact/signals-core": "signals-core.js",
    "@preact/signals": "signals.js",
    "socket.io-client": "socket.io.js",
    "uplot": "uplot.js",
    "lean-qr": "lean-qr.js",
}
# Needed by every screen, so asked for together with the page and not one after the other.
_AT_ONCE = (
    "preact",
    "preact/hooks",
    "htm",
    "htm/preact",
    "@preact/signals-core",
    "@preact/signals",
    "socket.io-client",
)
_FOR_EVER = "public, max-age=31536000, immutable"
# Twilio's own: signalling, and where the SDK reports how calls sound; ringtones.
_VOICE_SOURCES = "https://*.twilio.com wss://*.twilio.com"
_SOUND_SOURCES = "https://sdk.twilio.com"

_own = Tree("app", "styles", "icons")
_vendor = Tree("vendor")


def build_console_blueprint() -> Blueprint:
    """The page at `/console/` and its files; `/` leads there."""
    blueprint = Blueprint("console", __name__, template_folder="templates")

    @blueprint.get("/")
    def show_front_door() -> ResponseReturnValue:
        return redirect("/console/")

    @blueprint.get("/console")
    def show_console_without_slash() -> ResponseReturnValue:
        return redirect("/console/")

    @blueprint.get("/console/")
    def show_console() -> Response:
        nonce = token_urlsafe(16)
        own, vendor = _base("assets", _own), _base("vendor", _vendor)
        html = render_template(
            "console.html",
            nonce=nonce,
            own=own,
            vendor=vendor,
            is_complete=_vendor.find("vendor/preact.js") is not None,
            styles=[f"{vendor}/vendor/pico.css", *(f"{own}/styles/{name}" for name in STYLES)],
            preloads=[f"{vendor}/vendor/{IMPORTS[name]}" for name in _AT_ONCE]
            + [f"{own}/{path}" for path in _own.needed_by("app/main.js")],
            imports={"imports": {name: f"{vendor}/vendor/{file}" for name, file in IMPORTS.items()}},
            config={"vendor": f"{vendor}/vendor", "own": own},
        )
        response = Response(html, mimetype="text/html")
        response.headers["Content-Security-Policy"] = _policy(nonce)
        return response

    @blueprint.get("/console/assets/<fingerprint>/<path:path>")
    def show_own_file(fingerprint: str, path: str) -> Response:
        return _file(_own, fingerprint, path)

    @blueprint.get("/console/vendor/<fingerprint>/<path:path>")
    def show_vendor_file(fingerprint: str, path: str) -> Response:
        return _file(_vendor, fingerprint, path)

    return blueprint


STYLES = (
    "base.css",
    "kit.css",
    "shell.css",
    "entrance.css",
    "profile.css",
    "softphone.css",
    "wallboard.css",
    "campaigns.css",
    "imports.css",
    "leads.css",
    "dnc.css",
    "people.css",
    "numbers.css",
    "settings.css",
    "audit.css",
)


def _base(name: str, tree: Tree) -> str:
    return f"/console/{name}/{tree.fingerprint()}"


def _file(tree: Tree, fingerprint: str, path: str) -> Response:
    # Of another release: half of that page and half of this one would be neither.
    asset = tree.find(path) if fingerprint == tree.fingerprint() else None
    if asset is None:
        abort(404)
    return _sent(asset)


def _sent(asset: Asset) -> Response:
    is_packed = request.accept_encodings.quality("gzip") > 0
    response = Response(asset.packed if is_packed else asset.content, content_type=asset.media_type)
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = _FOR_EVER
    return response


def _policy(nonce: str) -> str:
    """Nothing but our own files, by nobody's inline script but the one that bears the nonce."""
    own = urlsplit(api_settings().public_url)
    # Older browsers do not take 'self' for sockets.
    socket = f"{'wss' if own.scheme == 'https' else 'ws'}://{own.netloc}"
    others = " ".join(api_settings().console_connect_sources)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            f"connect-src 'self' {socket} {_VOICE_SOURCES} {others}".rstrip(),
            f"media-src 'self' blob: {_SOUND_SOURCES}",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )
