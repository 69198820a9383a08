"""The picture for the README."""

from pathlib import Path
from xml.etree import ElementTree

from demo.picture import WIDTH, indent, save_picture
from demo.view import History, Progress, render_view
from tests.demo.samples import make_figures


def test_the_picture_is_a_file_of_its_own_that_fetches_nothing(tmp_path: Path) -> None:
    view = render_view(make_figures(), History(), Progress("dialling", 90, 120), title="Renewals", width=WIDTH)
    save_picture(tmp_path / "images" / "demo.svg", view, title="make demo")
    text = (tmp_path / "images" / "demo.svg").read_text()
    assert ElementTree.fromstring(text).tag.endswith("svg")
    assert "in&#160;conversation" in text
    assert "url(http" not in text
    assert "@font-face" not in text


def test_a_text_begins_where_its_first_visible_character_is() -> None:
    text = '<text class="a" x="100" y="5" textLength="60" clip-path="c">&#160;&#160;a&amp;b&#160;</text>'
    assert indent(text) == '<text class="a" x="120" y="5" textLength="40" clip-path="c">a&amp;b&#160;</text>'
