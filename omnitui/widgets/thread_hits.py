"""Where sought words stand in a thread: the lines of a message that hold them, with the folds that hide them opened."""

from __future__ import annotations

from omnitui.core.models import MessageId
from omnitui.core.text.find import Sought
from omnitui.widgets.thread_layout import ThreadLayout


def hit_lines(layout: ThreadLayout, id: MessageId, sought: Sought) -> list[int]:
    """The lines of a message at which the words begin; a phrase may go on in the next line.

    What is folded is opened when it holds them. Empty for a message that is not in the layout.
    """
    index = layout.index_of(id)
    if index is None:
        return []
    open_folds(layout, id, sought)
    starts, text = list[int](), ""
    for line in layout.lines(index):
        starts.append(len(text))
        text += "".join(piece for piece, _ in line) + "\n"
    found, at = list[int](), 0
    for start, _ in sought.spans(text):
        while at + 1 < len(starts) and starts[at + 1] <= start:
            at += 1
        if at not in found[-1:]:
            found.append(at)
    return found


def open_folds(layout: ThreadLayout, id: MessageId, sought: Sought) -> None:
    """Unfold a message when quotes, signature or a long log in it hold the words."""
    body = layout.body(id)
    if body is None or id in layout.unfolded:
        return
    seen = "\n".join("".join(piece for piece, _ in line) for line in layout.lines(layout.index_of(id) or 0))
    if sum(len(sought.spans(block.text)) for block in body.blocks) > len(sought.spans(seen)):
        layout.toggle_fold(id)
