"""docker-compose.yml agrees with what it mounts, and with what the documentation and the demo speak of.

No container is started here. What the ports lead to is shown against programs built from source:
Jaeger in test_backends_jaeger.py, the collector and Prometheus in the tests that are named after them.
"""

import re
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml", reason="PyYAML comes with the dev extra")
ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
PORTS = {
    "jaeger": {"4317": "4317", "4318": "4318", "16686": "16686"},
    "collector": {"14317": "4317", "14318": "4318"},
    "tempo": {"3200": "3200"},
    "prometheus": {"9090": "9090"},
    "grafana": {"3000": "3000"},
}


def published(service):
    """The ports of this machine by which those of a container are reached."""
    found = [port.rsplit(":", 2) for port in SERVICES[service]["ports"]]
    assert {host for host, _, _ in found} == {"127.0.0.1"}
    return {outside: inside for _, outside, inside in found}


def configured(path):
    return yaml.safe_load((DEPLOY / path).read_text())


def default(value):
    """What a value of the collector's configuration is where no variable is set."""
    return re.fullmatch(r"\$\{env:\w+:-(.+)\}", value)[1]


def test_jaeger_alone_starts_without_a_profile_and_all_with_one():
    profiles = {name: service.get("profiles") for name, service in SERVICES.items()}

    assert profiles.pop("jaeger") is None
    assert profiles == {name: ["full"] for name in PORTS if name != "jaeger"}


def test_images_are_pinned_to_releases():
    for service in SERVICES.values():
        assert re.fullmatch(r"[a-z/-]+:v?\d+\.\d+\.\d+", service["image"])
    assert SERVICES["jaeger"]["image"].startswith("jaegertracing/jaeger:2.")


@pytest.mark.parametrize("service", PORTS)
def test_ports_are_where_clients_look_and_only_on_this_machine(service):
    assert published(service) == PORTS[service]


def test_what_is_mounted_exists_and_is_what_the_command_names():
    for service in SERVICES.values():
        mounts = [volume.split(":") for volume in service.get("volumes", ()) if volume[0] == "."]
        assert [source for source, *_ in mounts if not (ROOT / source).exists()] == []
        assert {mode for _, _, mode in mounts} <= {"ro"}
        named = [
            word.partition("=")[2]
            for word in service.get("command", ())
            if "file=" in word or "config=" in word
        ]
        assert set(named) <= {target for _, target, _ in mounts}


def test_each_asks_the_others_where_they_answer():
    collector = configured("collector/config.yaml")
    protocols = collector["receivers"]["otlp"]["protocols"]
    listens = {default(protocols[name]["endpoint"]) for name in ("grpc", "http")}
    assert listens == {f"0.0.0.0:{port}" for port in published("collector").values()}

    sends = {
        default(one["endpoint"]) for name, one in collector["exporters"].items() if "otlp" in name
    }
    tempo = configured("tempo/tempo.yaml")
    takes = tempo["distributor"]["receivers"]["otlp"]["protocols"]["grpc"]["endpoint"]
    assert sends == {"jaeger:4317", f"tempo:{takes.rpartition(':')[2]}"}

    jobs = configured("prometheus/prometheus.yml")["scrape_configs"]
    asked = {
        target for job in jobs for group in job["static_configs"] for target in group["targets"]
    }
    spans = default(collector["exporters"]["prometheus"]["endpoint"]).rpartition(":")[2]
    assert asked == {
        "collector:8888",
        f"collector:{spans}",
        f"tempo:{tempo['server']['http_listen_port']}",
        "host.docker.internal:9464",
    }
    own = collector["service"]["telemetry"]["metrics"]["readers"][0]["pull"]["exporter"][
        "prometheus"
    ]
    assert (default(own["host"]), default(own["port"])) == ("0.0.0.0", "8888")

    sources = configured("grafana/provisioning/datasources/datasources.yaml")["datasources"]
    urls = {source["uid"]: source["url"] for source in sources}
    assert urls == {
        "prometheus": f"http://prometheus:{PORTS['prometheus']['9090']}",
        "tempo": f"http://tempo:{tempo['server']['http_listen_port']}",
        "jaeger": f"http://jaeger:{PORTS['jaeger']['16686']}",
    }


def test_the_dashboard_is_where_grafana_is_told_to_look():
    (provider,) = configured("grafana/provisioning/dashboards/dashboards.yaml")["providers"]
    folders = {
        target: source
        for source, target, _ in (volume.split(":") for volume in SERVICES["grafana"]["volumes"])
    }
    folder = ROOT / folders[provider["options"]["path"]]
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]

    assert [path.name for path in folder.iterdir()] == [Path(home).name]


def test_what_was_never_run_here_says_so():
    never = [
        *DEPLOY.glob("tempo/*"),
        *DEPLOY.glob("grafana/**/*.yaml"),
        *DEPLOY.glob("grafana/**/*.json"),
    ]

    assert len(never) == 4
    for path in never:
        assert "not exercised by the tests" in path.read_text().replace("\n# ", " ").lower()
