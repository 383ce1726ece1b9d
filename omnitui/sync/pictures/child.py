"""The child process that reads one picture: `python -m omnitui.sync.pictures.child COLUMNS ROWS`.

It says that it is ready, reads an eight-byte length and a file, answers with an eight-byte length and a raster as text
(`core/pictures.py`) or `{"refused": words}`, and ends. It is the only place that knows Pillow. Its memory is limited,
its parent (`sync/pictures/opening.py`) kills it when it is late, and the kernel does when the parent is gone.
"""

from __future__ import annotations

import io
import json
import signal
import struct
import sys
import warnings
from typing import TYPE_CHECKING

from omnitui.core.pictures import FORMATS, KINDS, Raster, packed
from omnitui.sync.mail.child import limit_memory

if TYPE_CHECKING:
    from PIL import Image

LIFE = 20
"""Seconds after which the kernel ends it when its parent is no longer there to do it."""
READY = b"omnitui1"
MOST_PIXELS = 64_000_000
"""Pixels that a file may unpack to: 256 MB in Pillow's four bytes each, half of what the process may hold."""
LACKING = "this needs one more package: pip install 'omnitui[pictures]' (or: pipx inject omnitui Pillow)"
NO_PICTURE = f"it is no {KINDS} picture"
DAMAGED = "it is damaged or cut short"
TOO_LARGE = f"it has more than {MOST_PIXELS // 1_000_000} million pixels"
NO_MEMORY = "it needs more memory than one picture may have"
_FAULTS = (
    *(OSError, EOFError, SyntaxError, ValueError, ArithmeticError, LookupError, TypeError, RuntimeError),
    struct.error,
)
"""What Pillow and its decoders raise for a damaged file; three hundred thousand of them were tried."""
_PAPER = (255, 255, 255)
"""What is seen through a picture: most are drawn for a white page."""


def main() -> None:
    """Answer with the picture on standard input, made as small as was asked."""
    columns, rows = (int(word) for word in sys.argv[1:3])
    inlet, outlet = sys.stdin.buffer, sys.stdout.buffer
    able = prepared()
    outlet.write(READY)
    outlet.flush()
    signal.alarm(LIFE)
    size = int.from_bytes(inlet.read(8), "big")
    raw = inlet.read(size)
    if len(raw) < size:
        sys.exit(0)
    answer = (answered(raw, columns, rows) if able else _refused(LACKING)).encode()
    outlet.write(len(answer).to_bytes(8, "big"))
    outlet.write(answer)
    outlet.flush()


def prepared() -> bool:
    """Load Pillow, and limit what it may do; False where it is not installed."""
    try:
        from PIL import Image
    except ImportError:
        return False
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.init()
    limit_memory()
    return True


def answered(raw: bytes, columns: int, rows: int) -> str:
    """The raster, or why there is none. What no picture should be able to cause ends the process."""
    from PIL import Image, UnidentifiedImageError

    try:
        return packed(read(raw, columns, rows))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return _refused(TOO_LARGE)
    except UnidentifiedImageError:
        return _refused(NO_PICTURE)
    except MemoryError:
        return _refused(NO_MEMORY)
    except _FAULTS:
        return _refused(DAMAGED)


def read(raw: bytes, columns: int, rows: int) -> Raster:
    """The first picture of a file, upright, on white, in at most `columns` times `rows` pixels. Raises what Pillow
    does."""
    from PIL import Image, ImageOps

    known = [name for name in FORMATS if name in Image.OPEN]
    with Image.open(io.BytesIO(raw), formats=known) as picture:
        kind, (width, height) = picture.format or "", picture.size
        moves = bool(getattr(picture, "is_animated", False)) and kind != "MPO"
        # A JPEG can be unpacked at an eighth of its size.
        picture.draft("RGB", (max(columns, rows) * 2,) * 2)
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        if (upright.width > upright.height) != (width > height):
            width, height = height, width
        small = _small(upright, fitted((width, height), (columns, rows)))
    # Cameras put previews behind a JPEG, which Pillow then calls MPO.
    named = "JPEG" if kind == "MPO" else kind
    return Raster(named, width, height, small.width, small.height, small.tobytes(), moves)


def fitted(size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """The size in which a picture fits a box: made smaller as far as it must, larger by whole numbers only."""
    scale = min(box[0] / size[0], box[1] / size[1])
    if scale >= 1:
        scale = int(scale)
    width, height = (max(1, round(length * scale)) for length in size)
    return min(width, box[0]), min(height, box[1])


def _small(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture in that size, without transparency."""
    from PIL import Image

    clear = picture.has_transparency_data
    if picture.mode.startswith("I"):
        # Sixteen bits of grey; converted as they are, all above the lowest eight would be white.
        picture = picture.point(lambda light: light * (1 / 256)).convert("L")
    if clear or picture.mode not in ("RGB", "L"):
        picture = picture.convert("RGBA" if clear else "RGB")
    larger = size[0] > picture.width
    way = Image.Resampling.NEAREST if larger else Image.Resampling.HAMMING
    small = picture.resize(size, way, reducing_gap=None if larger else 2.0)
    if not clear:
        return small.convert("RGB")
    paper = Image.new("RGBA", size, (*_PAPER, 255))
    return Image.alpha_composite(paper, small).convert("RGB")


def _refused(words: str) -> str:
    return json.dumps({"refused": words})


if __name__ == "__main__":
    main()
