"""Every theme starts and can be read: contrast, no colours, ASCII marks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.color import Color
from textual.theme import Theme

from omnitui.config.schema import Settings, UiSettings
from omnitui.widgets.themes import theme_names, themes
from tests.screens.conftest import MakeApp, inbox, quiet, shown

TEXTS = ("text-quiet", "note", "ours", "code", "tag")


@pytest.mark.parametrize("name", ["omnitui-dark", "omnitui-light", "ansi", "mono", "textual-light", "nord"])
async def test_a_theme_paints_every_role(make_app: MakeApp, name: str) -> None:
    app = make_app(30, settings=replace(Settings(), ui=UiSettings(theme=name)))
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        assert app.theme == name
        page = inbox(app)
        for role in ("muted", "accent", "danger", "cursor", "note"):
            page.list.role(role)
        assert "Waiting" in shown(app)


async def test_no_color_means_none(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app(30)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot)
        assert app.theme == "mono"
        styles = [seg.style for strip in app.screen._compositor.render_strips(app.size) for seg in strip if seg.style]
        colours = {str(c.name) for style in styles for c in (style.color, style.bgcolor) if c is not None}
        assert colours <= {"default"}


async def test_ascii_draws_only_ascii_of_its_own(make_app: MakeApp) -> None:
    app = make_app(0, settings=replace(Settings(), ui=UiSettings(ascii=True)))
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        await pilot.press("question_mark")
        await quiet(pilot)
        odd = {char for char in shown(app) if not char.isascii()}
        assert odd <= {"…", "·"}


@pytest.mark.parametrize("theme", [t for t in themes() if not t.ansi], ids=lambda t: t.name)
def test_text_has_contrast(theme: Theme) -> None:
    grounds = [Color.parse(c) for c in (theme.background, theme.surface, theme.panel, theme.variables["cursor"]) if c]
    inks = [theme.foreground, theme.accent, theme.success, theme.warning, theme.error, theme.primary]
    inks += [theme.variables[name] for name in TEXTS]
    for ink in inks:
        for ground in grounds[:3]:
            assert ratio(Color.parse(ink or ""), ground) >= 4.5, (ink, ground.hex)
        assert ratio(Color.parse(ink or ""), grounds[3]) >= 3.0, (ink, "cursor")


def ratio(one: Color, other: Color) -> float:
    """Contrast as WCAG 2.2 defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: Color) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [c / 255 for c in (color.r, color.g, color.b)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


async def test_an_unknown_theme_is_told_and_ours_is_there(make_app: MakeApp) -> None:
    app = make_app(5, settings=replace(Settings(), ui=UiSettings(theme="solarised")))
    async with app.run_test(size=(120, 36)) as pilot:
        for _ in range(100):
            if inbox(app).status.shown.said:
                break
            await pilot.pause(0.05)
        assert "There is no theme solarised" in shown(app)
        assert app.theme == "omnitui-dark"
        assert set(theme_names()) <= set(app.available_themes)
