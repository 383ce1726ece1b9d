"""How large a picture is, told from its first bytes."""

from __future__ import annotations

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.sync.mail.parse import parse_mail
from omnitui.sync.mail.pictures import dimensions

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 1280, 720) + b"\x08\x02\0\0\0"
GIF = b"GIF89a" + struct.pack("<HH", 40, 30) + b"\0\0\0"
EXIF = b"\xff\xe1" + struct.pack(">H", 5002) + b"e" * 5000
JPEG = b"\xff\xd8" + EXIF + b"\xff\xc0" + struct.pack(">HBHH", 17, 8, 3024, 4032) + b"\x03"
JPEG_TABLES_FIRST = b"\xff\xd8\xff\xc4" + struct.pack(">H", 4) + b"tt\xff\xc2" + struct.pack(">HBHH", 17, 8, 9, 8)
LOSSY = b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 4 + b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 550, 368)
LOSSLESS = b"RIFF\0\0\0\0WEBPVP8L" + b"\0" * 4 + b"\x2f" + struct.pack("<I", 99 | 49 << 14)
EXTENDED = b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + b"\x8f\x01\0" + b"\x2b\x01\0"
BMP = b"BM" + b"\0" * 16 + struct.pack("<ii", 64, -48)


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (PNG, (1280, 720)), (GIF, (40, 30)), (JPEG, (4032, 3024)), (JPEG_TABLES_FIRST, (8, 9)), (LOSSY, (550, 368)),
        (LOSSLESS, (100, 50)), (EXTENDED, (400, 300)), (BMP, (64, 48)), (b"", (0, 0)), (PNG[:20], (0, 0)),
        (b"\xff\xd8" + b"\xff\xe1\0\x02" * 5000, (0, 0)), (b"<svg width='9'/>", (0, 0)),
    ],
)  # fmt: skip
def test_size_of_a_picture(data: bytes, size: tuple[int, int]) -> None:
    assert dimensions(data) == size


@given(st.sampled_from([PNG, GIF, JPEG, LOSSY, LOSSLESS, EXTENDED, BMP]), st.integers(0, 60), st.binary(max_size=20))
def test_nothing_makes_it_raise(data: bytes, at: int, junk: bytes) -> None:
    dimensions(data[:at] + junk)
    dimensions(data[:at] + junk + data[at:])


def test_a_mail_tells_the_size_of_its_pictures_and_of_nothing_else() -> None:
    parts = b"".join(
        b"--b\nContent-Type: %s; name=a\nContent-Transfer-Encoding: base64\n\n%s\n" % (kind, base64.encodebytes(data))
        for kind, data in ((b"image/png", PNG), (b"image/jpeg", JPEG), (b"application/pdf", PNG))
    )
    mail = parse_mail(b"Content-Type: multipart/mixed; boundary=b\n\n" + parts + b"--b--\n")
    assert [(a.width, a.height) for a in mail.attachments] == [(1280, 720), (4032, 3024), (0, 0)]
