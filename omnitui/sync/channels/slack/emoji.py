"""Slack's names of the emoji that people react with; others are shown, and given, as :name:."""

from __future__ import annotations

import re

from omnitui.core.errors import Refused

_NAMES = {
    "+1": "👍", "-1": "👎", "heart": "❤", "white_check_mark": "✅", "heavy_check_mark": "✔", "eyes": "👀",
    "tada": "🎉", "pray": "🙏", "smile": "😄", "slightly_smiling_face": "🙂", "grinning": "😀", "joy": "😂",
    "wink": "😉", "heart_eyes": "😍", "thinking_face": "🤔", "cry": "😢", "sob": "😭", "rage": "😡",
    "open_mouth": "😮", "disappointed": "😞", "clap": "👏", "wave": "👋", "raised_hands": "🙌", "ok_hand": "👌",
    "muscle": "💪", "fire": "🔥", "rocket": "🚀", "100": "💯", "x": "❌", "warning": "⚠", "question": "❓",
    "exclamation": "❗", "star": "⭐", "sparkles": "✨", "bulb": "💡", "hourglass_flowing_sand": "⏳", "bug": "🐛",
    "hugging_face": "🤗", "sweat_smile": "😅", "blush": "😊", "sunglasses": "😎",
}  # fmt: skip
_SAME = {"thumbsup": "+1", "thumbsdown": "-1", "thinking": "thinking_face", "hugs": "hugging_face"}
_BACK = {sign: name for name, sign in reversed(_NAMES.items())}
_NAME = re.compile(r":?([a-z0-9_+'-]{1,100})(?:::skin-tone-[2-6])?:?")


def shown_emoji(name: str) -> str:
    """A reaction's name as a sign, or as :name: where there is none here."""
    bare = name.partition("::")[0]
    return _NAMES.get(_SAME.get(bare, bare), f":{bare}:")


def emoji_name(given: str) -> str:
    """The name for a sign or for :name:. Raises Refused."""
    bare = given.strip().replace("\ufe0f", "").replace("\ufe0e", "")
    if bare in _BACK:
        return _BACK[bare]
    found = _NAME.fullmatch(bare)
    if found is None:
        raise Refused(f"Slack has no name for {given}; give it as :name:")
    return found[1]
