"""Typeset units: LaTeX, superscripts, powers of ten before or after."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["typeset_as_plain"]

_ABOVE = {ord(above): plain for above, plain in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+", strict=True)}
_POWER_OF_TEN = r"(?:1(?:\.0*)?[eE][-+]?\d+|10\s*(?:\^|\*\*)\s*\(?\s*[-+]?\d+\s*\)?)"
# In this order; what is written, and what it is read as.
_RULES = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"\\(?:AA|angstrom|r?A)(?![a-zA-Z])|\\(?:rm|mathrm|text)?\{\\AA\}", " Angstrom "),
        (r"\\(?:mu|micro)(?![a-zA-Z])[${}\s]*(?:\\rm|\\mathrm)?[{\s]*", "u"),
        (r"^\s*\[(.*)\]\s*$", r"\1"),
        (r"(?i)^\s*FLAM(\d\d)\s*$", r"1e-\1 flam"),  # KCWI's
        (r"\\(?:times|cdot)(?![a-zA-Z])|[·⋅×]", " * "),
        (r"\\(?:rm|mathrm|text|textrm|mathit|left|right|,|;|:|!|\s)", " "),
        (r"[${}~]|\\", " "),
        (r"([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)", r"^\1"),
        (r"[−–]", "-"),
        (r"\^\s+", "^"),
        (r"\bper\b", "/"),
        (r"(?i)\b(?:square|sq\.?)[\s-]+([A-Za-z]+)", r"\1^2"),
        (r"(?i)\b(micro|milli|nano)[\s-]+(?=jy|jan)", r"\1"),
        (r"(?i)^\s*(?:in\s+)?units?\s+of\s+", ""),
        # Flux of a spaxel or a fibre is flux.
        (r"(?i)(?<=[\w)])\s*[/ .*]\s*(?:spaxel|fib(?:er|re)|pix(?:el)?)s?\b(?:\^?-1)?", ""),
        (rf"^(.*\S)\s*\(\s*[xX*]?\s*({_POWER_OF_TEN})\s*\)\s*$", r"\2 \1"),
        # "x10^-17 erg …", "E-17 erg …", "1 x 10^-17 erg …", "erg … x 1e-17"
        (r"^\s*[xX*]\s*(?=10|1[eE])", ""),
        (r"^\s*1?[eEdD]([-+]\d+)(?=[\sA-Za-z])\s*", r"1e\1 "),
        (r"^\s*1(?:\.0*)?\s*[xX*]\s*(?=10\s*[\^*])", ""),
        (rf"^(.*\S)\s*(?:\s[xX]|\*)\s*({_POWER_OF_TEN})\s*$", r"\2 \1"),
        (rf"^\s*({_POWER_OF_TEN})\s*\*\s*(?=[A-Za-z(])", r"\1 "),
        (r"\blog_10\b", "log10"),
        (r"(?<=[A-Za-z])\.$", ""),
        (r"(?<![A-Za-z])W(?=m-)", "W "),
        (r"(?<=-\d)(?=[A-Za-z])", " "),
        (r"\s+", " "),
    )
)
_LONGEST = 300  # letters; no unit has as many, and patterns take long over long texts
_SAID_OF_AXIS = re.compile(
    r"[\s,;(\[_]+(?:in\s+)?(?:air|vac(?:uum)?)[)\]]?\s*$|^\s*(?:air|vac(?:uum)?)(?:[\s_]+|$)",
    re.IGNORECASE,
)


@lru_cache(maxsize=512)
def typeset_as_plain(text: str) -> str:
    """A unit without its typesetting, as astropy may read it; a plain one as it is.

    Parameters
    ----------
    text
        For example ``$10^{-17}$ erg s$^{-1}$ cm$^{-2}$ \\AA$^{-1}$``, ``erg s⁻¹ cm⁻² Å⁻¹``,
        ``E-17 erg/s/cm2/A`` or ``Angstrom (air)``, of which the medium is said elsewhere.
    """
    if len(text) > _LONGEST:
        return text
    for written, plain in _RULES:
        text = written.sub(plain, text)
    return _SAID_OF_AXIS.sub("", text.translate(_ABOVE)).strip()
