"""Other sets of keys to begin with, for hands that know other programs; entries of `[keys]` go before them."""

from __future__ import annotations

from collections.abc import Mapping

PRESETS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "omnitui": {},
    # As in web mail and help desks: h snoozes, s stars, u goes back to the list, f forwards, l labels, ctrl+k finds.
    "helpdesk": {
        "pane.back": ("u", "q", "left", "escape"),
        "row.open": ("enter", "right"),
        "conversation.snooze": ("h",),
        "conversation.star": ("s",),
        "conversation.unread": ("U",),
        "conversation.tag": ("l", "t"),
        "conversation.spam": ("!",),
        "forward": ("f",),
        "pane.zoom": ("b",),
        "read.on": ("space", "F"),
        "palette": ("ctrl+k", "ctrl+p"),
    },
    # As in mutt: d is done with it, t marks, m writes, = is the first, u takes back, N is unread, F stars, f forwards.
    "mutt": {
        "cursor.first": ("=", "g g", "home"),
        "conversation.close": ("d", "e"),
        "mark.toggle": ("t", "x"),
        "mark.all": ("T", "*"),
        "conversation.tag": ("Y",),
        "select.begin": ("X",),
        "mark.range": ("g X",),
        "compose.new": ("m", "c"),
        "undo": ("u", "z"),
        "redo": ("U", "Z"),
        "conversation.unread": ("N",),
        "find.next": ("b",),
        "find.previous": ("B",),
        "conversation.star": ("F",),
        "forward": ("f",),
        "pane.zoom": ("O",),
        "attachment.save": ("w", "s"),
        "conversation.snooze": ("D",),
        "sync.now": ("$", "g r"),
    },
}
"""Preset to command to the keys in place of the table's own."""
