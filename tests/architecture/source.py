"""The product's own source, parsed once for the tests that read it."""

import ast
import functools
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("dialer", "api", "workers", "scheduler", "twin")


@functools.cache
def modules(*packages: str) -> dict[str, ast.Module]:
    """Path from the root and syntax tree of every module below these packages."""
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text())
        for package in packages
        for path in sorted((ROOT / package).rglob("*.py"))
    }


def strings(tree: ast.AST) -> list[str]:
    """Every string in a module, docstrings included."""
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def called_names(tree: ast.AST) -> list[tuple[int, str]]:
    """Line and dotted end of every call, such as `.commit` or `patch`."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = "." + function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            found.append((node.lineno, name))
    return found
