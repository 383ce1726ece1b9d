"""Our own colours: dark, light, the terminal's own sixteen, and none."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme


def theme_names() -> tuple[str, ...]:
    """Every theme that can be chosen: ours and the framework's."""
    return (*(theme.name for theme in themes()), *BUILTIN_THEMES)


def themes() -> tuple[Theme, ...]:
    """Every theme of ours; text has a contrast of at least 4.5 to 1."""
    return (
        Theme(
            name="omnitui-dark",
            primary="#7AA2D6",
            accent="#E0AF5A",
            foreground="#D9D6CF",
            background="#16181C",
            surface="#1D2025",
            panel="#22262C",
            success="#8FBF7F",
            warning="#E6A15C",
            error="#EE7B72",
            dark=True,
            variables={
                "text-quiet": "#9298A1",
                "border-quiet": "#353A42",
                "cursor": "#323A48",
                "cursor-away": "#262B33",
                "note": "#D9C26A",
                "ours": "#7AA2D6",
                "code": "#B7C4A8",
                "tag": "#A9A0D8",
            },
        ),
        Theme(
            name="omnitui-light",
            primary="#2B5C9E",
            accent="#8A4B00",
            foreground="#26282B",
            background="#FAF9F6",
            surface="#F1EFEA",
            panel="#E9E6DF",
            success="#2E6B2E",
            warning="#8F4A00",
            error="#B3261E",
            dark=False,
            variables={
                "text-quiet": "#5C6169",
                "border-quiet": "#CFCBC2",
                "cursor": "#D5DFEE",
                "cursor-away": "#E6E9EE",
                "note": "#6B5700",
                "ours": "#2B5C9E",
                "code": "#3F5230",
                "tag": "#5A4B9A",
            },
        ),
        _ansi("ansi", "ansi_yellow", "ansi_bright_black", "ansi_blue"),
        _ansi("mono", "ansi_default", "ansi_default", "ansi_default"),
    )


def _ansi(name: str, accent: str, quiet: str, own: str) -> Theme:
    """The terminal's own palette, so that it fits whatever the user chose for it."""
    plain = "ansi_default"
    coloured = name == "ansi"
    return Theme(
        name=name,
        primary=own,
        accent=accent,
        foreground=plain,
        background=plain,
        surface=plain,
        panel=plain,
        success="ansi_green" if coloured else plain,
        warning="ansi_yellow" if coloured else plain,
        error="ansi_red" if coloured else plain,
        dark=True,
        ansi=True,
        variables={
            **BUILTIN_THEMES["ansi-dark"].variables,
            "text-quiet": plain,
            "border-quiet": quiet,
            "cursor": quiet,
            "cursor-away": quiet,
            "note": accent,
            "ours": own,
            "code": plain,
            "tag": "ansi_cyan" if coloured else plain,
        },
    )
