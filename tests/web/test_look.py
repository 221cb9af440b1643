"""What the stylesheet promises: colours that can be read, a weight for slow lines, one place for each value."""

import gzip
import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files, name

CSS = (ROOT / "web/kit/static/verbatim.css").read_text(encoding="utf-8")
TEXT = ("ink", "muted", "accent", "danger", "warning", "ok")
GROUNDS = ("paper", "sheet")
READ_FOR_LONG = {"ink", "accent"}  # body text and links


def _tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def _schemes() -> dict[str, dict[str, str]]:
    light_block, _, rest = CSS.partition("@media (prefers-color-scheme: dark)")
    light = _tokens(light_block)
    return {"light": light, "dark": light | _tokens(rest.partition("\n}\n")[0])}


SCHEMES = _schemes()


def _luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, from 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXT)
def test_text_can_be_read_on_every_ground_in_light_and_dark(scheme: str, ground: str, text: str) -> None:
    colours = SCHEMES[scheme]
    assert _contrast(colours[text], colours[ground]) >= (7 if text in READ_FOR_LONG else 4.5)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("ground", GROUNDS)
def test_the_edge_of_a_field_can_be_seen(scheme: str, ground: str) -> None:
    assert _contrast(SCHEMES[scheme]["line"], SCHEMES[scheme][ground]) >= 3


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_focus_can_be_seen_beside_its_own_dark_line_or_on_the_dark_page(scheme: str) -> None:
    colours = SCHEMES[scheme]
    assert _contrast(colours["focus"], colours["focus-line"]) >= 7
    assert max(_contrast(colours[one], colours["paper"]) for one in ("focus", "focus-line")) >= 7


def test_the_colours_are_those_that_were_agreed() -> None:
    light, dark = SCHEMES["light"], SCHEMES["dark"]
    assert [light[one] for one in ("paper", "ink", "muted", "rule", "accent")] == [
        "#fbfaf7", "#1b1f24", "#555b63", "#d9d6cf", "#0b5e5a",
    ]  # fmt: skip
    assert [light[one] for one in ("danger", "warning", "ok", "focus")] == ["#a3211b", "#7a4d00", "#175c31", "#ffbf47"]
    assert [dark[one] for one in ("paper", "ink", "accent")] == ["#16181b", "#ece9e2", "#7fd1c7"]


def test_no_rule_names_a_colour_of_its_own() -> None:
    rules = CSS.partition("/* The ground */")[2].partition("@media print")[0]
    colours = re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(", rules)
    # A telephone reads a QR code on white and on nothing else.
    assert colours == ["#fff"]


def test_the_stylesheet_weighs_at_most_12_kb_on_the_wire() -> None:
    assert len(gzip.compress(CSS.encode(), mtime=0)) <= 12 * 1024


def test_nothing_is_laid_out_by_left_and_right_so_that_every_script_fits() -> None:
    physical = (
        r"(?<![\w-])(?:margin|padding|border|inset)-(?:left|right)|(?<![\w-])(?:left|right):|float: (?:left|right)"
    )
    assert re.findall(physical, CSS) == []
    assert re.findall(r"text-align: (?:left|right)", CSS) == []


def test_the_focus_is_never_taken_away_without_another_sign() -> None:
    assert "outline: 3px solid var(--focus)" in CSS
    # What is focused by the keyboard has the ring; only <main>, the target of the skip link, has none.
    assert re.findall(r"([^{}]*)\{[^{}]*outline: none", CSS) == ["\nmain:focus-visible "]


@pytest.mark.parametrize("template", files("web/templates", "*.html"), ids=name)
def test_a_template_has_no_style_or_script_of_its_own_and_loads_nothing_from_elsewhere(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|\son\w+=\"|<style|https?://|src=\"//", text)
    assert all("nonce=" in tag for tag in re.findall(r"<script[^>]*>", text))
