"""Neighbours and pairs, beside what somebody writes in NumPy."""

import numpy as np
from golden_programs import load

import kumi

RNG = np.random.default_rng(11)


def test_a_game_of_life_on_a_torus():
    life = load("life_on_a_torus")
    world = (RNG.random((12, 17)) < 0.4).astype(int)
    ours = world
    for _ in range(20):
        around = sum(
            np.roll(world, (up, left), (0, 1))
            for up in (-1, 0, 1)
            for left in (-1, 0, 1)
            if up or left
        )
        world = ((world == 1) & (around == 2) | (around == 3)).astype(int)
        result = life.run(rows=ours.tolist())
        ours = result.numpy("next")
        assert (ours == world).all()
        assert result["population"] == world.sum()


class Window(kumi.Schema):
    """A moving average over three days, whose window stops at the ends."""

    class Input(kumi.Record):
        days: kumi.Array[float] = kumi.array(element="day")

    day = Input.days
    before = kumi.let(day.shift(1, policy="clamp"))
    behind = kumi.let(day.shift(-1, policy="clamp"))
    average = kumi.value((before + day + behind) / 3.0)


def test_a_moving_average():
    days = RNG.normal(size=1_000)
    edged = np.concatenate([days[:1], days, days[-1:]])
    expected = (edged[:-2] + edged[1:-1] + edged[2:]) / 3.0
    assert (Window.run(days=days).numpy("average") == expected).all()


class Stars(kumi.Schema):
    """Pairs of stars, and of stars with planets."""

    class Input(kumi.Record):
        xs: kumi.Array[float] = kumi.array(element="x", index="i")
        planets: kumi.Array[float] = kumi.array(element="planet")

    x = Input.xs
    gaps = kumi.value(abs(x - kumi.cross(x)))
    nearest = kumi.value(
        kumi.select(kumi.index("i") == kumi.cross(kumi.index("i")), 9e9, gaps).min()
    )
    pulls = kumi.value((x * kumi.outer(Input.planets)).sum())


def test_all_pairs():
    xs, planets = RNG.normal(size=60), RNG.normal(size=7)
    result = Stars.run(xs=xs, planets=planets)
    gaps = np.abs(xs[:, None] - xs[None, :])
    assert (result.numpy("gaps") == gaps).all()
    assert (
        result.numpy("nearest") == np.where(np.eye(60, dtype=bool), 9e9, gaps).min(axis=1)
    ).all()
    np.testing.assert_allclose(result.numpy("pulls"), np.outer(xs, planets).sum(axis=1), 1e-12)


def test_an_array_of_which_only_positions_are_read_is_gone_through():
    program = kumi.loads(
        "schema do input do array :rows, index: :i do hash :row do float :x end end end"
        " value :at, index(:i) end",
        name="Numbered",
    )
    assert program.run(rows=[{}, {"x": "no number"}]).to_dict() == {"at": [0, 1]}


def test_nothing_to_go_along():
    assert Window.run(days=[]).to_dict()["average"] == []
    assert Stars.run(xs=[], planets=[1.0]).to_dict() == {"gaps": [], "nearest": [], "pulls": []}
    assert Stars.run(xs=[2.0], planets=[])["pulls"] == [0.0]


def test_the_axes_of_pairs_have_names_of_their_own():
    axes = {operation.title: operation.axes for operation in kumi.compile(Stars).operations}
    assert axes["Cross"] == ("xs", "xs'")
    assert axes["Outer"] == ("*planets",)
    assert axes["Map multiply"] == ("xs", "xs*planets")
    assert "[xs, *planets]" in Stars.ops()
