"""format=flowed text as the paragraphs it means (RFC 3676)."""

from __future__ import annotations


def unflowed(text: str, delete_space: bool) -> str:
    """Soft-broken lines joined; quote depth kept; a signature line stays as it is (RFC 3676 section 4.3)."""
    out: list[str] = []
    depth_before, soft = 0, False
    for line in text.replace("\r\n", "\n").split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        joins = soft and depth == depth_before and bare != "-- "
        soft = bare.endswith(" ") and bare != "-- "
        shown = bare[:-1] if soft and delete_space else bare
        if joins:
            out[-1] += shown
        else:
            out.append(">" * depth + (" " if depth else "") + shown)
        depth_before = depth
    return "\n".join(out)
