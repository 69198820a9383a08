"""The picture: well-formed, complete, readable in both themes, its names beside their points and apart."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.pacing.__main__ import main
from bench.pacing.picture import draw
from bench.pacing.picture.labels import Box, Spot, place_labels
from bench.pacing.picture.panels import HIGHEST_ABANDONMENT, means
from bench.pacing.picture.svg import number, text_width
from bench.pacing.results import Results
from tests.bench.pacing.test_results import result, results, shift

SVG = "{http://www.w3.org/2000/svg}"


def measured(scenario: str = "3-typical") -> Results:
    return results(
        result("planner", shift(busy=90), scenario=scenario),
        result("predictive", shift(busy=85), scenario=scenario),
        result("progressive", shift(busy=50, abandoned=0), scenario=scenario),
        result("ratio", shift(busy=70), scenario=scenario),
        result("reckless", shift(busy=90, connected=80, abandoned=20), scenario=scenario),
    )


def words_of(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_everybody_is_named_at_the_point_and_who_is_off_the_axis_with_the_figure() -> None:
    words = words_of(draw(measured()))
    assert {"predictive", "progressive", "ratio", "reckless 20 %", "planner 90 %"} <= set(words)
    assert {"3-typical", "all scenarios", "3–5 agents (1)"} <= set(words)


def test_the_agents_side_compares_idle_minutes_with_the_best_rival_that_holds_the_limit() -> None:
    assert "9.0 min less than ratio" in words_of(draw(measured()))


def test_groups_that_were_not_measured_are_left_out() -> None:
    words = words_of(draw(measured("10-lunch")))
    assert "10 agents (1)" in words
    assert not any(word.startswith("300 agents") for word in words)


def test_both_themes_colour_every_class_that_is_drawn() -> None:
    svg = draw(measured())
    light, _, dark = (
        ElementTree.fromstring(svg).find(f"{SVG}style").text.partition("@media (prefers-color-scheme: dark)")
    )  # type: ignore[union-attr]
    classes = {name for element in ElementTree.fromstring(svg).iter() for name in element.get("class", "").split()}
    for name in classes:
        assert f".{name} " in light.replace(",", " ").replace("{", " ")
        assert f".{name} " in dark.replace(",", " ").replace("{", " "), name


def test_the_picture_loads_nothing_from_elsewhere() -> None:
    svg = draw(measured())
    assert "href" not in svg
    assert "url(" not in svg
    assert "<script" not in svg


def test_a_mean_needs_all_scenarios_and_a_label() -> None:
    partly = measured()
    partly.scenarios["10-lunch"] = "another"
    assert means(partly, ["3-typical", "10-lunch"]) == []
    partly.pacers["ratio"] = replace(partly.pacers["ratio"], label="")
    assert {mean.pacer for mean in means(partly, ["3-typical"])} == {"planner", "predictive", "progressive", "reckless"}
    assert next(m for m in means(partly, ["3-typical"]) if m.pacer == "reckless").abandonment_rate > HIGHEST_ABANDONMENT


def test_labels_of_crowded_points_hide_neither_points_nor_one_another() -> None:
    spots = [Spot(100 + 9 * (k % 3), 100 + 7 * (k // 3), f"number {k}", 12.0) for k in range(7)]
    frame = Box(0, 0, 260, 220)
    labels = place_labels(spots, frame)
    assert all(a.box.overlap(b.box) == 0 for a, b in combinations(labels, 2))
    assert all(label.box.overlap(Box(s.x - 3, s.y - 3, s.x + 3, s.y + 3)) == 0 for label in labels for s in spots)
    assert all(label.box.outside(frame) == 0 for label in labels)


def test_labels_at_the_edge_stay_inside_the_frame() -> None:
    frame = Box(0, 0, 120, 60)
    labels = place_labels([Spot(118, 3, "upper right", 12.0), Spot(1, 58, "lower left", 12.0)], frame)
    assert [label.box.outside(frame) for label in labels] == [0.0, 0.0]


def test_a_label_alone_stands_right_beside_its_point() -> None:
    (label,) = place_labels([Spot(50, 50, "name", 12.0)], Box(0, 0, 200, 100))
    x, y = label.foot
    assert abs(x - 50) + abs(y - 50) <= 8.1


def test_wide_letters_take_more_room_and_bold_more_still() -> None:
    assert text_width("WWW", 12) > text_width("aaa", 12) > text_width("iii", 12)
    assert text_width("aaa", 12, bold=True) > text_width("aaa", 12)


@pytest.mark.parametrize(("value", "shown"), [(3.0, "3"), (3.14159, "3.1"), (-0.01, "0"), (-2.5, "-2.5"), (9.04, "9")])
def test_numbers_are_short(value: float, shown: str) -> None:
    assert number(value) == shown


def test_one_command_draws_a_run(tmp_path: Path) -> None:
    measured().save(tmp_path / "r.json")
    assert main(["draw", str(tmp_path / "r.json"), str(tmp_path / "pictures" / "p.svg")]) == 0
    assert (tmp_path / "pictures" / "p.svg").read_text() == draw(measured())
