"""What deploy/grafana/dashboards/kumi.json asks Prometheus, as Grafana would ask it."""

import json
from pathlib import Path

GRAFANA = Path(__file__).parents[2] / "deploy" / "grafana"
DASHBOARD = json.loads((GRAFANA / "dashboards" / "kumi.json").read_text(encoding="utf-8"))
PANELS = DASHBOARD["panels"]


def asked(panel, window):
    """The PromQL of a panel by what names its series: all services, all schemas, rates over `window`."""
    return {
        target["legendFormat"]: _filled_in(target["expr"], window)
        for target in panel["targets"] if target["datasource"]["type"] == "prometheus"
    }  # fmt: skip


def _filled_in(expression, window):
    filled = expression.replace("$__rate_interval", window)
    for variable in DASHBOARD["templating"]["list"]:
        filled = filled.replace(f"${variable['name']}", variable["allValue"])
    assert "$" not in filled
    return filled
