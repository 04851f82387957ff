"""Facts in SDSS files beside the spectrum: plate, fits of the pipeline, lines."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import ReadError
from ..fits_files.fits import Hdu
from ..vocabulary.other_facts import column_name, facts_of

__all__ = ["sdss_facts"]

# Columns of SPECOBJ (DR8 to DR17) and SPALL (SDSS-V) for the catalog, of some 240.
_COLUMNS = (
    "SDSS_ID", "CATALOGID", "SPECOBJID", "BESTOBJID", "THING_ID", "PLATE", "FIELD", "MJD",
    "FIBERID", "RUN2D", "PROGRAMNAME", "INSTRUMENT", "PLATEQUALITY", "SOURCETYPE", "TARGETTYPE",
    "OBJTYPE", "SPECPRIMARY", "EBV", "Z_ERR", "RCHI2", "VDISP", "VDISP_ERR", "SN_MEDIAN_ALL",
    "WCOVERAGE", "Z_NOQSO", "ZWARNING_NOQSO", "CLASS_NOQSO", "SUBCLASS_NOQSO",
)  # fmt: skip
_LINES = (
    "[O_II] 3727", "H_beta", "[O_III] 5007", "[O_I] 6300", "H_alpha", "[N_II] 6583",
    "[S_II] 6716", "[S_II] 6730",
)  # fmt: skip
_MEASURED = {"LINEAREA": "area", "LINEEW": "ew"}  # 1e-17 erg/s/cm², Å


def sdss_facts(about: Hdu | None, lines: Hdu | None) -> dict[str, str | float]:
    """Facts from SPECOBJ or SPALL; areas and equivalent widths of lines from SPZLINE or ZLINE.

    Parameters
    ----------
    about, lines
        Tables, or None.

    Returns
    -------
    By catalog name, such as ``plate``, ``ebv_survey``, ``h_alpha_area``.
    """
    facts = facts_of(_columns(about)) if about is not None else {}
    return facts | facts_of(_lines(lines)) if lines is not None else facts


def _columns(about: Hdu) -> Iterator[tuple[str, object]]:
    for name in _COLUMNS:
        if name not in about.columns or about.data is None or not len(about.data):
            continue
        kind = about.data.dtype[name]
        if kind.kind == "S":
            yield name, about.texts(name)[0]
        elif not kind.shape and kind.kind in "iuf":
            if about.logical(about.columns.index(name) + 1):
                yield name, bool(about.flags(name)[0])
            else:
                yield name, about.numbers(name)[0].item()


def _lines(lines: Hdu) -> Iterator[tuple[str, object]]:
    if not {"LINENAME", *_MEASURED} <= set(lines.columns):
        return
    try:
        names = lines.texts("LINENAME")
        measured = {short: lines.numbers(name) for name, short in _MEASURED.items()}
    except ReadError:
        return  # a damaged table beside a good spectrum
    for line in _LINES:
        if line in names:
            at = names.index(line)
            for short, values in measured.items():
                if values.ndim == 1:
                    yield f"{column_name(line)}_{short}", values[at].item()
