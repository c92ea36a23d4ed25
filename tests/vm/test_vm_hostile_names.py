"""Names and texts of a schema never reach the code that is made of it: it is the same for any."""

import pytest

import kumi
from kumi.observations import Level
from kumi.vm.codegen import generate

LIBRARY = """schema do
  input do
    array :{array}, index: :{index} do
      hash :{element} do
        string :{field}, domain: ["{text}", 'a']
        float :{number}
      end
    end
    string :{scalar}, null: true
  end
  trait :{trait}, input.{scalar} == "{text}"
  let :{let}, fn(:concat, fn(:coalesce, input.{scalar}, "{text}"), "{text}")
  value :{value} do
    on {trait}, {{{key}: {let}, "{text}" => input.{array}.{element}.{field}}}
    base {{"{text}" => ["{text}", shift(input.{array}.{element}.{number}, 1, policy: :wrap)]}}
  end
  value :{found}, fn(:lookup, "{text}", input.{array}.{element}.{field},
    input.{array}.{element}.{field}, default: "{text}")
  value :{sum}, fn(:sum, input.{array}.{element}.{number} * index(:{index}) - outer(input.{array}.{element}.{number}))
  value :{listed}, fn(:in, input.{array}.{element}.{field}, "{text}", "b")
end
"""
IMPORTER = """schema do
  import :{value}, :{found}, :{sum}, :{listed}, from: {module}
  input do
    array :{outer} do
      hash :{row} do
        array :{given}, index: :{position} do
          hash :{each} do
            string :{field}
            float :{number}
          end
        end
      end
    end
    string :{own}, domain: ["{text}", "a"]
  end
  value :{a}, {value}({scalar}: input.{own}, {array}: input.{outer}.{row}.{given})
  value :{b}, {found}({array}: input.{outer}.{row}.{given}, {scalar}: "{text}")
  value :{c}, [{sum}({array}: input.{outer}.{row}.{given}), {{{key}: index(:{position}), "{text}" => 1}}]
  value :{d}, {listed}({array}: input.{outer}.{row}.{given})
end
"""
NAMES = """array index element field number scalar trait let value key found sum listed outer row given
position each own a b c d""".split()  # noqa: SIM905 - words are read as words
PYTHON = """__builtins__ None_ import_ lambda class exec eval given bad run owner outputs failed plain
v0 v1 t0 t1 k0 MISSING errstate Loading except _floats now keep pack __class__""".split()  # noqa: SIM905
TEXTS = [
    r"\"\"\"\n__import__(\"os\")._exit(3)\n#",
    r"{{0}} {{1}} %s \\ ' \\' \u2028 \x00",
    "'); raise SystemExit(3); ('",
    "\n    raise SystemExit(3)\n",
]


def written(folder, names, module, text):
    """The importing schema, of files in which names and texts are these."""
    words = dict(zip(NAMES, names, strict=True)) | {"module": module, "text": text}
    folder.mkdir()
    (folder / f"{module.lower()}.kumi").write_text(LIBRARY.format(**words), encoding="utf-8")
    (folder / "order.kumi").write_text(IMPORTER.format(**words), encoding="utf-8")
    return kumi.load(folder / "order.kumi")


def code(schema):
    program = kumi.compile(schema)
    return [generate(program, level).source for level in Level]


def given(names, text):
    called = dict(zip(NAMES, names, strict=True))
    each = {called["field"]: text, called["number"]: 2.0}
    return {called["outer"]: [{called["given"]: [each]}], called["own"]: text}


@pytest.mark.filterwarnings("ignore::kumi.SchemaWarning")
@pytest.mark.parametrize("text", TEXTS)
def test_the_code_is_the_same_whatever_names_and_texts_a_schema_has(tmp_path, text):
    plain = written(tmp_path / "plain", [f"name_{n}" for n in range(len(NAMES))], "Plain", "text")
    names = PYTHON[: len(NAMES)]
    hostile = written(tmp_path / "hostile", names, "Exec", text)
    assert code(hostile) == code(plain)
    shown = kumi.loads(f'schema do input do end value :it, "{text}" end').run().it
    result = hostile.run(given(names, shown))
    assert result.to_dict()[names[NAMES.index("b")]] == [shown]
    assert result.to_dict()[names[NAMES.index("d")]] == [[True]]
