"""Each reason with how many there are of it, and the first of them by name."""

import pandas as pd
from spexplain.dashboard.workspace.rejections import rejections


def test_reasons_are_counted_the_commonest_first_and_exemplified():
    rejects = pd.DataFrame(
        {
            "file": ["a/one.fits", *[f"b/{n}.fits" for n in range(7)]],
            "id": ["", *[f"id-{n}" for n in range(6)], ""],
            "reason": ["unreadable", *["star"] * 7],
            "detail": ["it ends early", *["class STAR"] * 6, None],
        }
    )
    first, second = rejections(rejects)
    assert (first.reason, first.n) == ("star", 7)
    assert first.examples == tuple((f"id-{n}", "class STAR") for n in range(5))
    assert (second.reason, second.examples) == ("unreadable", (("one.fits", "it ends early"),))
    assert rejections(rejects.head(0)) == []
