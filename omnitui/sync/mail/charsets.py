"""Bytes to text: the declared character set where it is known and fits, then UTF-8, then detection, then latin-1.

Only character sets of mail are let in. Python has codecs that are none (`unicode_escape` turns plain ASCII into
terminal escapes, `zlib_codec` unpacks); a mail must never choose one of those.
"""

from __future__ import annotations

import re
from functools import lru_cache

_SUPERSETS = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "l1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "windows-936": "gb18030",
    "hz-gb-2312": "hz",
    "ks_c_5601": "cp949",
    "ks_c_5601-1987": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "x-windows-949": "cp949",
    "big5": "cp950",
    "big5-hkscs": "big5hkscs",
    "cn-big5": "cp950",
    "x-x-big5": "cp950",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ms_kanji": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "x-user-defined": "cp1252",
    "utf8": "utf-8",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "utf-16": "utf-16",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "windows-874": "cp874",
    "visual": "iso8859-8",
    "koi8": "koi8-r",
    "cp-850": "cp850",
}
"""Names mail uses to the codec that reads what senders really write under them (the WHATWG encoding standard)."""

_ALLOWED = re.compile(
    r"utf-(?:7|8|8-sig|16|16le|16be|32|32le|32be)|(?:cp|windows-)\d{3,4}|iso-?8859-\d{1,2}|koi8-[rut]|"
    r"iso[-_]?2022[-_](?:jp|kr)(?:[-_](?:1|2|2004|3|ext))?|hz|gb18030|big5hkscs|euc[-_]?(?:jp|kr|jis-2004|jisx0213)|"
    r"shift_?jis[-_x]*(?:2004|0213)?|johab|mac-(?:roman|cyrillic|greek|latin2|turkish|iceland)|ptcp154|tcvn|viscii|"
    r"kz1048|hp-roman8|iso-ir-\d+|ibm\d{3,4}"
)


_JIS = re.compile(rb"(\x1b\$[@B][\x21-\x7e]*)|\x1b\([BJI]")


@lru_cache(maxsize=512)
def codec_for(declared: str) -> str:
    """The Python codec for a declared name, or "" where the name is unknown or not a character set."""
    name = declared.strip().strip("'\"").lower().partition("*")[0].replace(" ", "")
    name = _SUPERSETS.get(name, _SUPERSETS.get(name.replace("_", "-"), name))
    name = re.sub(r"^(?:windows|ibm)-?(?=\d)", "cp", re.sub(r"^x-(?=\w)", "", name))
    if not _ALLOWED.fullmatch(name) or len(name) > 40:
        return ""
    try:
        "".encode(name)
    except LookupError:
        return ""
    return name


def _detected(data: bytes) -> str:
    """What a statistical look says the bytes are, or ""; only the start is looked at."""
    import cchardet

    found = cchardet.detect(data[:65536])
    if not found or not found.get("encoding") or (found.get("confidence") or 0) < 0.5:
        return ""
    return codec_for(str(found["encoding"]))


def _try(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return None


def decode(data: bytes, declared: str = "") -> tuple[str, str]:
    """The text, and a notice for the agent when it had to be guessed ("" when not). Never raises.

    Declared first, except that bytes which are valid UTF-8 with something beyond ASCII in them are UTF-8 whatever
    an eight-bit label says: that combination does not come about by accident.
    """
    codec = codec_for(declared) if declared else "utf-8"
    if codec in ("utf-8", "cp1252", "") and data.isascii():
        return data.decode("ascii"), ""
    if codec in ("utf-8", "cp1252", "") and (text := _try(data, "utf-8")) is not None:
        return text.removeprefix("\ufeff"), ""
    if codec == "cp1252":
        return _try(data, "cp1252") or data.decode("latin-1"), ""
    if codec and codec != "utf-8" and (text := _try(data, codec)) is not None:
        return _without_surrogates(text), ""
    if codec.startswith("iso2022_jp") and data.isascii() and (text := _jis_with_extras(data)) is not None:
        return text, ""
    return _guess(data, declared, codec)


def _jis_with_extras(data: bytes) -> str | None:
    """ISO-2022-JP as Windows writes it, with characters of row 13 (circled digits, "No.") that the standard lacks."""
    out = []
    for piece in filter(None, _JIS.split(data)):
        if piece[:3] not in (b"\x1b$B", b"\x1b$@"):
            out.append(piece)
            continue
        for row, cell in zip(piece[3::2], piece[4::2], strict=False):
            high = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
            low = cell + 0x7E if row % 2 == 0 else cell + (0x1F if cell < 0x60 else 0x20)
            out.append(bytes((high & 0xFF, low & 0xFF)))
    return _try(b"".join(out), "cp932")


def _guess(data: bytes, declared: str, codec: str) -> tuple[str, str]:
    """Nothing fitted as declared: mostly right is kept with marks, else detection, else latin-1."""
    if declared and codec:
        text = data.decode(codec, "replace")
        if text.count("\ufffd") <= 2 + len(text) // 50:
            return _without_surrogates(text), f"some characters do not fit the declared character set {declared}"
    few = len(data) < 200 and sum(byte > 127 for byte in data) * 5 < len(data)
    guess = "" if few else _detected(data)
    if guess and (text_or_none := _try(data, guess)) is not None:
        return _without_surrogates(text_or_none), f"character set guessed: {guess}"
    wrong = f"unknown character set {declared[:40]}" if declared and not codec else "no character set fits"
    return _try(data, "cp1252") or data.decode("latin-1"), f"{wrong}, shown as latin-1"


def _without_surrogates(text: str) -> str:
    """Some codecs (UTF-7) let lone surrogates through, which no output can hold."""
    return text.encode("utf-8", "replace").decode("utf-8") if text and max(text) >= "\ud800" else text
