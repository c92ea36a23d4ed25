from compared_sides import operation, program

from kumi.compare.matching import matched, paired


def shown(old, new):
    """The matches, each as the lines of its two sides."""
    return [(a and a.line, b and b.line) for a, b in matched(program(*old), program(*new))]


def test_an_operation_put_between_moves_no_other():
    old = [operation("total Map multiply", line=3), operation("total Reduce sum", line=4)]
    new = [
        operation("total Map multiply", line=3),
        operation("total Map abs", line=3),
        operation("total Reduce sum", line=4),
        operation("tax Map multiply", line=5),
    ]
    assert shown(old, new) == [(3, 3), (None, 3), (4, 4), (None, 5)]
    assert shown(new, old) == [(3, 3), (3, None), (4, 4), (5, None)]


def test_a_function_that_is_another_one_is_another_operation():
    old, new = [operation("total Map add", line=1)], [operation("total Map subtract", line=1)]
    assert shown(old, new) == [(1, None), (None, 1)]


def test_a_declaration_may_move_as_a_whole():
    old = [operation("a Map add", line=1), operation("b Map add", line=2)]
    new = [operation("b Map add", line=10), operation("a Map add", line=11)]
    assert set(shown(old, new)) == {(1, 11), (2, 10)}


def test_of_operations_that_are_alike_the_line_in_the_declaration_decides():
    old = [operation("rate Select", line=line) for line in (2, 4)]
    new = [operation("rate Select", line=line) for line in (22, 23, 24)]
    assert shown(old, new) == [(2, 22), (None, 23), (4, 24)]


def test_inputs_are_known_by_their_path_wherever_they_stand():
    old = [operation(f"inputs LoadInput {path}", line=n) for n, path in enumerate("abc", 1)]
    new = [operation(f"inputs LoadInput {path}", line=n) for n, path in enumerate("cxab", 1)]
    assert set(shown(old, new)) == {(1, 3), (2, 4), (3, 1), (None, 2)}


def test_programs_of_a_schema_are_paired_by_what_they_have_in_common():
    whole = program(operation("a Map add"), operation("b Map multiply"))
    part = program(operation("b Map multiply"))
    whole_now = program(operation("a Map add"), operation("a Map abs"), operation("b Map multiply"))
    other = program(operation("z Reduce sum"))
    assert paired([whole, part], [part, whole_now]) == [(whole, whole_now), (part, part)]
    assert paired([part], [whole_now, part, other]) == [
        (part, part), (None, whole_now), (None, other),
    ]  # fmt: skip
