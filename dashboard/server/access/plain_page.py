"""Plain HTML page in the style of the dashboard, for the login and for refusals."""

from __future__ import annotations

from html import escape
from typing import get_args

from ...figures import THEMES, ThemeName
from ...views.widgets.components import asset

__all__ = ["plain_page"]


def plain_page(title: str, body: str) -> str:
    """Complete HTML document without scripts or external resources.

    Parameters
    ----------
    title
        Heading, as plain text.
    body
        Body below the heading, as HTML.
    """
    dark = "@media (prefers-color-scheme: dark) {{ :root {{ color-scheme: dark; {} }} }}"
    light, night = (THEMES[name].css() for name in sorted(get_args(ThemeName), reverse=True))
    colours = f":root {{ {light} }} {dark.format(night)}"
    style = asset("plain.css")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex"><link rel="icon" href="data:,">'
        f"<title>{escape(title)} · spexplain</title><style>{colours}{style}</style></head>"
        f'<body><main><p class="name">spexplain</p><h1>{escape(title)}</h1>{body}</main></body>'
        "</html>\n"
    )
