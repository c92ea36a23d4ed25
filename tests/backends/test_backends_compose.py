"""docker-compose.yml gives the ports that the documentation and the demo speak of.

No container is started here. What the ports lead to is shown by test_backends_jaeger.py, against a
Jaeger built from source.
"""

import re
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml", reason="PyYAML comes with the dev extra")


@pytest.fixture
def service():
    text = (Path(__file__).parents[2] / "docker-compose.yml").read_text()
    return yaml.safe_load(text)["services"]["jaeger"]


def test_jaeger_is_pinned_to_a_release_of_its_second_generation(service):
    assert re.fullmatch(r"jaegertracing/jaeger:2\.\d+\.\d+", service["image"])


def test_both_otlp_ports_and_the_ui_are_where_clients_look_and_only_on_this_machine(service):
    ports = {tuple(port.rsplit(":", 2)) for port in service["ports"]}

    assert ports == {("127.0.0.1", port, port) for port in ("4317", "4318", "16686")}
