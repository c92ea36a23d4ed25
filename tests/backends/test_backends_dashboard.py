"""deploy/grafana: every question of the dashboard is answered by a real Prometheus with real figures."""

import itertools

import pytest
import yaml
from dashboard import DASHBOARD, GRAFANA, PANELS, asked
from running_programs import eventually

SOURCES = yaml.safe_load((GRAFANA / "provisioning/datasources/datasources.yaml").read_text())
QUESTIONS = [
    pytest.param(expression, id=f"{panel['title']}-{number}")
    for panel in PANELS for number, expression in enumerate(asked(panel, "10s").values())
]  # fmt: skip


@pytest.mark.backend
@pytest.mark.parametrize("expression", QUESTIONS)
def test_a_question_is_understood_and_has_an_answer(watched, expression):
    def figures():
        found = watched.query(expression)
        return [one for one in found if one["value"][1] not in {"NaN", "+Inf"}]

    assert eventually(figures)


@pytest.mark.backend
def test_the_figure_of_lost_spans_is_what_the_service_lost(watched):
    (panel,) = [panel for panel in PANELS if panel["title"] == "Spans lost"]
    (expression,) = asked(panel, "10s").values()

    def lost():
        return float(watched.query(expression)[0]["value"][1])

    assert eventually(lost) > 0


def test_sources_are_those_that_are_provisioned():
    uids = {source["uid"]: source["type"] for source in SOURCES["datasources"]}
    used = [
        target["datasource"]
        for panel in PANELS for target in [panel, *panel["targets"]]
    ] + [variable["datasource"] for variable in DASHBOARD["templating"]["list"]]  # fmt: skip
    (exemplars,) = [
        source["jsonData"]["exemplarTraceIdDestinations"]
        for source in SOURCES["datasources"] if source["uid"] == "prometheus"
    ]  # fmt: skip

    assert {(one["uid"], one["type"]) for one in used} <= uids.items()
    assert {one["datasourceUid"] for one in exemplars} == {"tempo", "jaeger"}


def test_panels_lie_beside_each_other_and_have_names_of_their_own():
    cells = [
        (column, row)
        for place in (panel["gridPos"] for panel in PANELS)
        for column in range(place["x"], place["x"] + place["w"])
        for row in range(place["y"], place["y"] + place["h"])
    ]

    assert len(cells) == len(set(cells))
    assert max(column for column, _ in cells) == 23
    for key in ("id", "title"):
        values = [panel[key] for panel in PANELS]
        assert not [one for one, two in itertools.combinations(values, 2) if one == two]
