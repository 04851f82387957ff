"""The reading process itself: what it is told, what it answers, and how it ends."""

import io
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pytest
from astropy.io import fits
from spexplain.data.ingest.reader_processes.limits import Limits
from spexplain.data.ingest.reader_processes.plain_messages import receive, send

LIMITS = Limits(1_000_000, 300_000_000, cpu_s=5.0, wall_s=20.0)
COMMAND = [sys.executable, "-P", "-m", "spexplain.data.ingest.reader_processes.reading_process"]


def asked(*files):
    """What it answers, one after the other, and how it ends."""
    orders = io.BytesIO()
    send(orders, {"limits": asdict(LIMITS), "intake": None})
    send(orders, {"files": [str(file) for file in files]})
    done = subprocess.run(COMMAND, input=orders.getvalue(), capture_output=True, check=False)
    answers = io.BytesIO(done.stdout)
    assert receive(answers, 0) == ({"ready": True}, [])
    return [whole(answers) for _ in files], answers.read(), done.returncode


def whole(answers):
    """The outcomes of one file, which come in parts, and their arrays."""
    outcomes, arrays, more = [], [], True
    while more:
        said, some = receive(answers, 10**7)
        outcomes, arrays, more = outcomes + said["outcomes"], arrays + some, said["more"]
    return {"outcomes": outcomes}, arrays


def test_each_file_has_its_answer_and_nothing_else_is_said(tmp_path):
    image = fits.PrimaryHDU(np.linspace(1, 2, 500))
    image.header.update(CRVAL1=4000.0, CDELT1=2.0, Z=0.1)
    error = fits.ImageHDU(np.full(500, 0.1), name="STD")
    fits.HDUList([image, error]).writeto(tmp_path / "good.fits")
    (tmp_path / "large.fits").write_bytes(bytes(1_000_001))
    (tmp_path / "text.fits").write_bytes(b"no spectrum")
    names = ["good.fits", "large.fits", "text.fits", "absent.fits"]
    (good, *others), rest, code = asked(*(tmp_path / name for name in names))
    assert (rest, code) == (b"", 0)
    said, arrays = good
    assert said["outcomes"][0]["spectrum"]["z"] == 0.1
    assert [array.shape for array in arrays] == [(500,)] * 3
    reasons = [said["outcomes"][0]["rejected"][2] for said, _ in others]
    assert reasons == ["too large", "unknown format", "unreadable"]
    assert "1,000,001 bytes, more than the 1,000,000" in others[0][0]["outcomes"][0]["rejected"][3]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded by Linux alone")
def test_a_table_that_grows_in_memory_is_refused_for_that(tmp_path):
    wide = tmp_path / "wide.csv"
    names = ",".join(f"c{k}" for k in range(60_000))
    wide.write_text(f"{names}\n{','.join('1' * 60_000)}")
    # Time enough: a slow machine is not to be told that it is the time.
    tight = asdict(LIMITS) | {"memory_bytes": 20_000_000, "cpu_s": 60.0, "wall_s": 120.0}
    orders = io.BytesIO()
    send(orders, {"limits": tight, "intake": None})
    send(orders, {"files": [str(wide)]})
    done = subprocess.run(COMMAND, input=orders.getvalue(), capture_output=True, check=False)
    answers = io.BytesIO(done.stdout)
    receive(answers, 0)
    said, _ = whole(answers)
    assert said["outcomes"][0]["rejected"][2:] == [
        "too large", "reading it takes more than 20 MB of memory"
    ]  # fmt: skip
