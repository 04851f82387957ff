"""What is printed moves no cursor and fills no clipboard, whoever has written it."""

from __future__ import annotations

import io

from rich.markup import escape
from rich.text import Text
from spexplain.dashboard.cli.output.printing import PlainConsole


def test_escapes_of_others_are_spelled_and_ours_are_not():
    said = io.StringIO()
    console = PlainConsole(file=said, force_terminal=True, soft_wrap=True, highlight=False)
    console.print(escape("\x1b]52;c;aGk=\x07x.fits"))
    console.print(Text("\x1b[2Jid", style="red"))
    console.print("two\nlines", markup=False)
    assert said.getvalue() == ("\\x1b]52;c;aGk=x.fits\n\x1b[31m\\x1b[2Jid\x1b[0m\ntwo\nlines\n")
