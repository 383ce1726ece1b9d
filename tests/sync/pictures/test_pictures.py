"""Pictures from outside, read in a child of their own: what is shown of them, and what they may not do."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from PIL import Image

from omnitui.core.errors import Refused
from omnitui.core.pictures import MOST_COLUMNS, MOST_ROWS, unpacked
from omnitui.sync.mail.child import MEMORY
from omnitui.sync.mail.pipes import ParseFailed
from omnitui.sync.pictures.child import DAMAGED, LACKING, NO_MEMORY, NO_PICTURE, TOO_LARGE, fitted
from omnitui.sync.pictures.opening import raster_of
from tests.sync.pictures.making import BLUE, GREEN, RED, WHITE, file_of, png, two_halves

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_every_kind_is_read(kind: str) -> None:
    raster = raster_of(file_of(two_halves(), kind), 20, 20)
    assert (raster.kind, raster.width, raster.height, raster.moves) == (kind, 40, 20, False)
    assert (raster.columns, raster.rows) == (20, 10)
    for found, wanted in ((raster.at(2, 4), RED), (raster.at(17, 4), BLUE)):
        assert all(abs(a - b) < 12 for a, b in zip(found, wanted, strict=True)), (found, wanted)


def test_pixels_are_what_they_were() -> None:
    picture = Image.new("RGB", (2, 2))
    for place, colour in (((0, 0), RED), ((1, 0), GREEN), ((0, 1), BLUE), ((1, 1), WHITE)):
        picture.putpixel(place, colour)
    raster = raster_of(file_of(picture, "PNG"), 2, 2)
    assert raster.pixels == bytes((*RED, *GREEN, *BLUE, *WHITE))


@pytest.mark.parametrize(
    ("size", "box", "fits"),
    [
        ((4000, 3000), (80, 44), (59, 44)),
        ((3000, 40), (80, 44), (80, 1)),
        ((1, 60_000), (80, 44), (1, 44)),
        ((64, 48), (80, 60), (64, 48)),
        ((16, 16), (80, 44), (32, 32)),
    ],
)
def test_it_fits_the_page(size: tuple[int, int], box: tuple[int, int], fits: tuple[int, int]) -> None:
    assert fitted(size, box) == fits


def test_a_box_larger_than_any_is_brought_down() -> None:
    raster = raster_of(file_of(Image.new("L", (2000, 2000)), "PNG"), 10_000, 10_000)
    assert (raster.columns, raster.rows) == (min(MOST_COLUMNS, MOST_ROWS),) * 2


def test_what_one_sees_through_is_white() -> None:
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    clear.paste((0, 128, 0, 255), (0, 0, 10, 20))
    raster = raster_of(file_of(clear, "PNG"), 20, 20)
    assert (raster.at(2, 2), raster.at(17, 2)) == (GREEN, WHITE)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16", "F"])
def test_every_sort_of_pixel_is_read(mode: str) -> None:
    kind = "TIFF" if mode in ("CMYK", "F") else "PNG"
    picture = Image.new("F", (8, 8)) if mode == "F" else Image.new("L", (8, 8), 255).convert(mode)
    assert raster_of(file_of(picture, kind), 8, 8).columns == 8


def test_sixteen_bits_of_grey_are_not_all_white() -> None:
    rows = b"".join(b"\0" + b"\x00\x00" * 4 + b"\x80\x00" * 4 + b"\xff\xff" * 4 for _ in range(4))
    raster = raster_of(png(12, 4, rows, deep=16), 12, 4)
    assert [raster.at(x, 1)[0] // 64 for x in (1, 5, 10)] == [0, 2, 3]


def test_a_camera_that_was_held_upright() -> None:
    """EXIF orientation 6: the row at the top of the file is the right side of what was seen."""
    exif = Image.Exif()
    exif[0x0112] = 6
    raster = raster_of(file_of(two_halves(80, 40), "JPEG", exif=exif, quality=95), 40, 40)
    assert (raster.width, raster.height, raster.columns, raster.rows) == (40, 80, 20, 40)
    assert raster.at(10, 5)[0] > 200
    assert raster.at(10, 35)[2] > 200


def test_of_a_film_the_first_picture() -> None:
    first, second = Image.new("RGB", (10, 10), RED), Image.new("RGB", (10, 10), BLUE)
    raster = raster_of(file_of(first, "GIF", save_all=True, append_images=[second]), 10, 10)
    assert raster.moves
    assert raster.at(5, 5) == RED


def test_a_photograph_is_no_wait() -> None:
    """48 million pixels of a JPEG, which may be unpacked at an eighth of its size."""
    raw = file_of(Image.new("RGB", (8000, 6000), GREEN), "JPEG")
    raster = raster_of(raw, 80, 60)
    assert (raster.width, raster.height, raster.columns, raster.rows) == (8000, 6000, 80, 60)


WHOLE = file_of(two_halves(400, 300), "PNG", compress_level=0)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", NO_PICTURE),
        (b"GIF89a", NO_PICTURE),
        (b"%PDF-1.4 a label", NO_PICTURE),
        (b"<svg width='9' height='9'/>", NO_PICTURE),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n", NO_PICTURE),
        (WHOLE[: len(WHOLE) // 2], DAMAGED),
        (WHOLE[:60] + b"\xff" * 200 + WHOLE[260:], DAMAGED),
        (file_of(two_halves(400, 300), "JPEG")[:700], DAMAGED),
        (png(60_000, 60_000, b"\0" * 100), TOO_LARGE),
        (png(9_000, 9_000, b"\0" * 9_001 * 9_000), TOO_LARGE),
        (png(2**31 - 1, 2**31 - 1, b""), TOO_LARGE),
    ],
    ids=["nothing", "head", "pdf", "svg", "eps", "cut", "broken", "cut jpeg", "bomb", "real bomb", "largest"],
)
def test_what_cannot_be_shown_says_why(raw: bytes, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        raster_of(raw, 80, 44)
    assert str(refusal.value) == words


def test_whatever_is_damaged_is_answered_in_words() -> None:
    """Files of every kind with bytes changed and ends cut off; none ends the process, and none takes long."""
    code = (
        "import json, random; from omnitui.sync.pictures import child; from tests.sync.pictures.making import damaged\n"
        "assert child.prepared()\n"
        "answers = [json.loads(child.answered(raw, 40, 30)) for raw in damaged(random.Random(7), 1500)]\n"
        "print(json.dumps(sorted({answer.get('refused', '') for answer in answers})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    found = set(json.loads(done.stdout))
    assert {"", DAMAGED, NO_PICTURE} <= found <= {"", DAMAGED, NO_PICTURE, TOO_LARGE, NO_MEMORY}


def test_the_child_may_not_eat_the_memory() -> None:
    """It sets its limit before it looks at a file: an endless one would meet it."""
    if not hasattr(psutil.Process, "rlimit"):
        pytest.skip("this system does not tell a process's limits")
    code = (
        "import resource; from omnitui.sync.pictures.child import prepared\n"
        "assert prepared(); print(resource.getrlimit(resource.RLIMIT_AS)[0])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert MEMORY <= int(done.stdout) < 4 * MEMORY


def test_one_that_is_late_is_killed() -> None:
    began = time.monotonic()
    with pytest.raises(ParseFailed, match="took too long and was stopped"):
        raster_of(file_of(Image.new("L", (7000, 7000)), "PNG"), 80, 44, wall=0.05)
    assert time.monotonic() - began < 5
    assert not [child for child in psutil.Process().children() if "omnitui.sync.pictures.child" in child.cmdline()]


def test_one_that_dies_is_said() -> None:
    """As a fault in a decoder would end it."""
    failures: list[str] = []
    raw = file_of(Image.new("L", (7900, 7900)), "PNG")

    def look() -> None:
        try:
            raster_of(raw, 80, 44)
        except ParseFailed as failure:
            failures.append(str(failure))

    thread = threading.Thread(target=look)
    thread.start()
    victim = None
    deadline = time.monotonic() + 20
    while victim is None and time.monotonic() < deadline:
        victim = next((c for c in psutil.Process().children() if "omnitui.sync.pictures.child" in c.cmdline()), None)
    assert victim is not None
    victim.kill()
    thread.join(20)
    assert failures == ["its parser was killed by signal 9"]


def test_without_the_package_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "PIL").mkdir()
    (tmp_path / "PIL" / "__init__.py").write_text("raise ModuleNotFoundError('no PIL here')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(Refused) as refusal:
        raster_of(WHOLE, 80, 44)
    assert str(refusal.value) == LACKING
    assert "pip install 'omnitui[pictures]'" in LACKING


def test_an_answer_of_another_size_than_it_tells_is_none() -> None:
    with pytest.raises(ValueError, match="of the size"):
        unpacked('{"head": ["PNG", 1, 1, 2, 2, false], "pixels": "AAAA"}')
    for answer in ("", "{}", '{"head": []}', "[]", '{"head": ["PNG", 1, 1, 0, 0, false], "pixels": ""}'):
        with pytest.raises(ValueError, match=r"."):
            unpacked(answer)
