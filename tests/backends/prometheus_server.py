"""A real Prometheus on a free loopback port, which runs deploy/prometheus/prometheus.yml."""

import json
import urllib.parse
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from patience import HANG
from running_programs import running

FOLDER = Path(__file__).parents[2] / "deploy" / "prometheus"


@dataclass(frozen=True)
class Prometheus:
    """Where a running Prometheus answers."""

    url: str

    def ask(self, path, **parameters):
        """The `data` of an answer of its API; an error is raised with what it says."""
        asked = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(asked, timeout=HANG) as answer:
                return json.loads(answer.read())["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{parameters}: {error.read().decode()}") from error

    def query(self, expression):
        """What an expression gives now: a list of series."""
        return self.ask("query", query=expression)["result"]


@contextmanager
def running_prometheus(binary, folder, addresses):
    """Start `binary` with the configuration of the house, but those jobs alone that have `addresses`."""
    told = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    told["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    told["scrape_configs"] = [
        job | {"static_configs": [{"targets": [addresses[job["job_name"]].removeprefix("http://")]}]}
        for job in told["scrape_configs"] if job["job_name"] in addresses
    ]  # fmt: skip
    (folder / "prometheus.yml").write_text(yaml.safe_dump(told))
    (folder / "alerts.yml").write_bytes((FOLDER / "alerts.yml").read_bytes())

    def command(ports):
        return [
            binary, f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{ports['web']}", "--enable-feature=exemplar-storage",
        ]  # fmt: skip

    def ready(ports):
        return f"http://127.0.0.1:{ports['web']}/-/ready"

    with running(["web"], command, ready, folder / "prometheus.log") as (_, ports):
        yield Prometheus(f"http://127.0.0.1:{ports['web']}")
