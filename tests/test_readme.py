"""Every command of the README runs as written, on files like the ones it speaks of."""

import json
import re
import selectors
import shlex
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from spexplain.dashboard.cli import main
from spexplain.dashboard.session.choices.tabs import all_tabs
from spexplain.data.collection.collection import Collection
from spexplain.data.demo.simulate import PopulationSizes

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
SERVING = {"demo", "serve"}


def commands() -> list[str]:
    """The lines of all bash blocks, without their comments, in order."""
    blocks = re.findall(r"```bash\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    lines = "\n".join(blocks).splitlines()
    return [line.partition("#")[0].strip() for line in lines if line.strip()]


def write_sdss(path: Path, wave_rest_aa: np.ndarray, flux: np.ndarray, ivar: np.ndarray, z: float):
    """A spectrum as an SDSS lite file, on its own logarithmic observed-frame grid."""
    seen = ivar > 0
    log_wave = np.log10(wave_rest_aa[seen] * (1 + z))
    grid = np.arange(log_wave[0], log_wave[-1], 1e-4)
    columns = [
        fits.Column(name="flux", format="E", array=np.interp(grid, log_wave, flux[seen])),
        fits.Column(name="loglam", format="E", array=grid),
        fits.Column(name="ivar", format="E", array=np.interp(grid, log_wave, ivar[seen])),
    ]
    about = [
        fits.Column(name="CLASS", format="6A", array=["GALAXY"]),
        fits.Column(name="Z", format="E", array=[z]),
    ]
    coadd = fits.BinTableHDU.from_columns(columns, name="COADD")
    specobj = fits.BinTableHDU.from_columns(about, name="SPECOBJ")
    fits.HDUList([fits.PrimaryHDU(), coadd, specobj]).writeto(path)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, small_demo: Path) -> Path:
    """A folder of ``my_spectra``, ``new_spectra`` and ``home``: the small demo is the demo."""
    folder = tmp_path_factory.mktemp("desk")
    for name in ("my_spectra", "new_spectra"):
        (folder / name).mkdir()
    shutil.copytree(small_demo, folder / "home" / "demo")
    demo = Collection.open(small_demo)
    near = demo.catalog.index[demo.catalog["z"].between(0.08, 0.12)][:30]
    for i, row in enumerate(near):
        path = (
            folder / ("my_spectra" if i < 28 else "new_spectra") / f"spec-0001-50000-{row:04d}.fits"
        )
        write_sdss(path, demo.wave_rest_aa, *demo.spectrum(row), demo.catalog["z"][row])
    return folder


def words_of(line: str, desk: Path) -> list[str]:
    words = shlex.split(line)
    if "ID" in words:
        usable = Collection.open(desk / "survey").catalog["id"]
        words[words.index("ID")] = usable.iloc[0]
    return words[1:]


def opens_a_page(line: str, desk: Path) -> None:
    """The server says where it is, and a page comes from there."""
    words = [BIN / "spexplain", *words_of(line, desk), "--no-browser", "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        try:
            with selectors.DefaultSelector() as waiting:
                waiting.register(server.stdout, selectors.EVENT_READ)
                assert waiting.select(timeout=300), "the server did not say where it is"
            said = server.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+/", said)
            assert address, said
            with urllib.request.urlopen(address[0], timeout=60) as page:
                assert "spexplain" in page.read().decode()
        finally:
            server.terminate()
            server.communicate(timeout=60)  # listened to until it ends, for it says so


def test_make_targets_exist():
    targets = [shlex.split(line)[1] for line in commands() if line.startswith("make ")]
    assert {"run", "test"} <= set(targets)
    for target in targets:
        # Which make must not take as leave to begin these very tests again.
        tried = ["make", "--dry-run", target]
        subprocess.run(tried, cwd=ROOT, check=True, capture_output=True, timeout=60)


def test_every_spexplain_command_runs_as_written(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Pages by the command itself, the others by what it calls: each process would load torch."""
    monkeypatch.chdir(desk)
    monkeypatch.setenv("SPEXPLAIN_HOME", str(desk / "home"))
    lines = [line for line in commands() if line.startswith("spexplain ")]
    assert len(lines) >= 5
    for line in lines:
        if shlex.split(line)[1] in SERVING:
            opens_a_page(line, desk)
            continue
        with pytest.raises(SystemExit) as left:
            main(words_of(line, desk))
        said = capsys.readouterr()
        assert left.value.code in (0, None), f"{line}\n{said.out}\n{said.err}"
        if "--json" in line:
            json.loads(said.out)
    assert (desk / "why.png").read_bytes().startswith(b"\x89PNG")
    assert "figure A.5 of the paper" in (desk / "report.html").read_text(encoding="utf-8")


def test_every_block_of_python_runs_as_written(desk: Path, monkeypatch: pytest.MonkeyPatch):
    """With what a reader has at hand: scikit-learn's names, a file, a flux, a model."""
    monkeypatch.chdir(desk)
    monkeypatch.setenv("SPEXPLAIN_HOME", str(desk / "home"))
    shutil.copy(next((desk / "my_spectra").iterdir()), "my-spectrum.fits")
    flux = 1 + np.random.default_rng(0).random(400)
    names = {
        "make_pipeline": make_pipeline, "StandardScaler": StandardScaler, "PCA": PCA,
        "RandomForestClassifier": lambda: RandomForestClassifier(10, random_state=0),
        "flux": flux, "ivar": np.full(400, 400.0), "my_model": lambda spectra: spectra.mean(axis=1),
    }  # fmt: skip
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(block, names)
    assert names["found"].sentence().endswith("would be seen again in another exposure")


def test_the_readme_counts_the_demo_as_it_is_built():
    sizes, text = PopulationSizes(), (ROOT / "README.md").read_text()
    kinds = sizes.kinds()
    assert f"{len(kinds):,} simulated spectra" in text
    counts = r"(\d+) \+ (\d+) \+ (\d+) AGN.*?(\d+) galaxies,? and (\d+) planted"
    of_types = re.search(counts, text, flags=re.DOTALL)
    assert sum(map(int, of_types.groups())) == len(kinds)


def test_the_share_of_exact_margins_is_that_of_the_measured_truth():
    """As ``benchmarks/truth.py exact`` prints it of so many spectra."""
    readme, truth = (ROOT / "README.md").read_text(), (ROOT / "docs" / "truth.md").read_text()
    ((n, of),) = re.findall(r"rare: (\d+) of (\d+) spectra of the demo", readme)
    assert re.search(rf"margin exact, .*\| {n} of {of} \|", truth)
    benchmark = (ROOT / "benchmarks" / "truth_exact.py").read_text()
    assert f"N_SPECTRA, N_TIMES, PENALTY = 10, {of}," in benchmark


def test_every_linked_file_is_there():
    for link in re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text()):
        assert link.startswith("http") or (ROOT / link).exists(), link


def test_the_readme_calls_the_tabs_as_the_page_does():
    table = re.findall(r"^\| ([^|`]+?) \| ", (ROOT / "README.md").read_text(), flags=re.MULTILINE)
    named = table[table.index("tab") + 1 :]
    assert set(named[: len(all_tabs())]) == {tab.title for tab in all_tabs()}
