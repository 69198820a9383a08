"""What decision 0029 relies on: no page of ours makes code or markup out of data, or loads anything from elsewhere."""

import re

from api.console.page import IMPORTS
from tests.console.words import modules

# Ways to run a text as code, or to have it read as markup.
_DANGEROUS = re.compile(
    r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|srcdoc|eval|document\.write|new Function"
    r"|createContextualFragment|setHTMLUnsafe)\b"
)
_IN_MARKUP = re.compile(r"<script|<iframe|<style|\sstyle=\"|\son\w+=\"|javascript:", re.IGNORECASE)
_IMPORT = re.compile(
    r"^(?:import|export)\s(?:[^;\"]*?\sfrom\s+)?\"([^\"]+)\"|\bimport\(\s*[\"`]([^\"`]+)[\"`]", re.MULTILINE
)


def test_no_text_becomes_code_or_markup() -> None:
    found = [(module.path.name, _DANGEROUS.findall(module.code)) for module in modules()]
    assert len(found) > 50
    assert [each for each in found if each[1]] == []


def test_no_template_brings_a_script_a_style_or_a_handler_in_text() -> None:
    templates = [(module.path.name, "\0".join(text.parts)) for module in modules() for text in module.texts if text.tag]
    assert [name for name, markup in templates if _IN_MARKUP.search(markup)] == []


def test_modules_come_from_this_server_alone() -> None:
    for module in modules():
        for found in _IMPORT.finditer(module.source):
            if module.code[found.start()] == " ":
                continue  # In a comment: a type.
            name = found[1] or found[2]
            assert name.startswith(("./", "../")) or name in IMPORTS, f"{module.path.name} imports {name}"
