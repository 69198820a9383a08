"""Types of what the API takes and gives, for the type check of the console: `python -m api.console.shapes`.

Writes `types/api.d.ts` from the OpenAPI document that the server makes of its own schemas, so a page that reads a field
which is not there does not pass `make types`. Needs what `packages.py fetch --with-tools` fetches.
"""

import json
import tempfile
from pathlib import Path

from api.console.packages import HERE, run_node
from api.openapi import describe
from api.surfaces.dialer import surface


def write_shapes() -> None:
    """Make the file anew."""
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "openapi.json"
        document.write_text(json.dumps(describe(surface, "Dialer API")))
        generator = HERE / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
        run_node(str(generator), str(document), "--output", str(HERE / "types" / "api.d.ts"), "--alphabetize")


if __name__ == "__main__":
    write_shapes()
