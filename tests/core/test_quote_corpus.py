"""The corpus of real replies: three quarters exact at the least, and no word of the customer's cut away."""

from __future__ import annotations

import pytest

from campaigns.quotes import CORPORA, verdicts

pytestmark = [
    pytest.mark.corpora,
    pytest.mark.skipif(
        not (CORPORA / "quote-trim.tar.gz").exists(), reason=f"no quote-trim corpus in {CORPORA} (set OMNITUI_CORPORA)"
    ),
]


def test_replies_are_found_and_no_word_is_cut() -> None:
    all_ = list(verdicts())
    assert len(all_) > 100
    assert {verdict.id: verdict.cut for verdict in all_ if verdict.cut} == {}
    assert sum(verdict.exact for verdict in all_) >= 0.85 * len(all_)
