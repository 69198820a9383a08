"""Files for the browser under addresses that change with their content, so that they may be kept for ever."""

import gzip
import hashlib
import re
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

HERE = Path(__file__).resolve().parent
_LOOK_AGAIN_SECONDS = 1.0
MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
}
# Static imports of our own modules; `import(…)` is for what is loaded when it is wanted.
_IMPORT = re.compile(r"""^(?:import|export)\s(?:[^"'();]*?\sfrom\s)?["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)


@dataclass(frozen=True)
class Asset:
    """One file, ready to be sent. `packed` is the same, gzipped."""

    content: bytes
    packed: bytes
    media_type: str


class Tree:
    """The files below one or more folders of the console, under one fingerprint for all of them."""

    def __init__(self, *folders: str):
        self._folders = folders
        self._known = (-_LOOK_AGAIN_SECONDS, "")

    def fingerprint(self) -> str:
        """Changes whenever any of the files does. Looks again each second, so that an edit needs no restart."""
        looked_at, found = self._known
        now = time.monotonic()
        if now - looked_at >= _LOOK_AGAIN_SECONDS:
            found = _digest(tuple(self._stamps()))
            self._known = (now, found)
        return found

    def find(self, path: str) -> Asset | None:
        """The file at a path such as `app/main.js`, or None."""
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts or not pure.parts or pure.parts[0] not in self._folders:
            return None
        file = HERE / pure
        if pure.suffix not in MEDIA_TYPES or not file.is_file():
            return None
        return _packed(str(file), file.stat().st_mtime_ns)

    def needed_by(self, path: str) -> list[str]:
        """The module and all that it imports, at once or through others, in the order in which they are met."""
        found: dict[str, None] = {}
        open_paths = [path]
        while open_paths:
            module = open_paths.pop(0)
            if module in found:
                continue
            found[module] = None
            asset = self.find(module)
            if asset is not None:
                folder = PurePosixPath(module).parent
                open_paths += [_joined(folder, name) for name in _IMPORT.findall(asset.content.decode())]
        return list(found)

    def _stamps(self) -> list[tuple[str, int, int]]:
        stamps = []
        for folder in self._folders:
            for file in (HERE / folder).rglob("*"):
                if file.suffix in MEDIA_TYPES:
                    status = file.stat()
                    stamps.append((file.relative_to(HERE).as_posix(), status.st_mtime_ns, status.st_size))
        return sorted(stamps)


def _joined(folder: PurePosixPath, name: str) -> str:
    parts: list[str] = list(folder.parts)
    for part in PurePosixPath(name).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


@lru_cache(maxsize=16)
def _digest(stamps: tuple[tuple[str, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, _, _ in stamps:
        digest.update(path.encode() + b"\0" + (HERE / path).read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@lru_cache(maxsize=1024)
def _packed(file: str, _changed: int) -> Asset:
    content = Path(file).read_bytes()
    return Asset(content, gzip.compress(content, 9, mtime=0), MEDIA_TYPES[Path(file).suffix])
