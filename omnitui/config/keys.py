"""The keys as `[keys]` of the config wants them."""

from __future__ import annotations

from omnitui.config.schema import KeySettings
from omnitui.core.keymap import Keymap, build


def keymap_of(keys: KeySettings) -> Keymap:
    """The preset's keys with the user's in their place; `problems` tells which entries do not hold."""
    return build(keys.bindings, preset=keys.preset, layout=keys.layout)
