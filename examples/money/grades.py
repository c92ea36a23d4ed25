"""Grades of a course, weighted and with a curve; `grades.kumi` says the same.

The rules of the course are invented. The last step is not: the modified Bavarian formula, by which
German universities convert grades from abroad, 1 + 3 (Nmax - N) / (Nmax - Nmin) with at most one
decimal; it is cut here, not rounded.
"""

from datetime import date
from decimal import Decimal

import kumi
from kumi import when


class Handed(kumi.Record):
    work: kumi.Field[str]
    points: kumi.Field[Decimal | None] = kumi.field(ge=0)  # null: nothing was handed in
    on: kumi.Field[date | None]
    excused: kumi.Field[bool]


class Student(kumi.Record):
    handed: kumi.Array[Handed]


class Work(kumi.Record):
    work: kumi.Field[str]
    kind: kumi.Field[str] = kumi.field(one_of=["homework", "exam"])
    most: kumi.Field[Decimal] = kumi.field(ge=1)
    due: kumi.Field[date]


class Weight(kumi.Record):
    kind: kumi.Field[str]
    weight: kumi.Field[Decimal]


class Letter(kumi.Record):
    percent: kumi.Field[Decimal]
    letter: kumi.Field[str]


class Grades(kumi.Schema):
    class Input(kumi.Record):
        aim: kumi.Field[Decimal]  # the mean that the curve aims at
        students: kumi.Array[Student]
        works: kumi.Array[Work]
        weights: kumi.Array[Weight]
        letters: kumi.Array[Letter]

    handed, work = Input.students.handed, Input.works
    weight, letter = Input.weights, Input.letters
    most = kumi.let(kumi.lookup(handed.work, work.work, work.most, default=1))
    kind = kumi.let(kumi.lookup(handed.work, work.work, work.kind, default="homework"))
    due = kumi.let(kumi.lookup(handed.work, work.work, work.due, default=date(9999, 12, 31)))

    # A tenth is taken off for each day after the due one, half at most.
    days_late = kumi.let(kumi.max_of(kumi.days_between(due, handed.on.coalesce(due)), 0))
    kept = kumi.let(100 - kumi.min_of(10 * days_late, 50))
    percent = kumi.value(
        kumi.min_of(kumi.round(handed.points.coalesce(0) * kept / most, 2, mode="half_up"), 100)
    )
    homework = kumi.trait((kind == "homework") & ~handed.excused)
    exam = kumi.trait((kind == "exam") & ~handed.excused)

    # The worst homework does not count, where there is more than one.
    homeworks = kumi.let(kumi.count_if(homework, True))
    worst = kumi.let(kumi.select(homework, percent, None).min().coalesce(0))
    dropped = kumi.let(kumi.select(homeworks > 1, worst, 0))
    counted = kumi.let(kumi.max_of(kumi.select(homeworks > 1, homeworks - 1, homeworks), 1))
    of_homework = kumi.let((kumi.sum_if(percent, homework) - dropped) / counted)
    exams = kumi.let(kumi.count_if(exam, True))
    of_exams = kumi.let(kumi.sum_if(percent, exam) / kumi.max_of(exams, 1))

    # The weights of what there is, so that somebody excused from all exams has a grade.
    homework_weight = kumi.let(
        kumi.select(
            homeworks > 0, kumi.lookup("homework", weight.kind, weight.weight, default=1), 0
        )
    )
    exam_weight = kumi.let(
        kumi.select(exams > 0, kumi.lookup("exam", weight.kind, weight.weight, default=1), 0)
    )
    both = kumi.let(homework_weight + exam_weight)
    raw = kumi.let(
        (of_homework * homework_weight + of_exams * exam_weight) / kumi.select(both == 0, 1, both)
    )

    # The curve lifts everybody by what the mean lacks, by ten points at most, and never lowers.
    students = kumi.value(kumi.count(raw))
    mean = kumi.value(kumi.round(raw.sum() / kumi.max_of(students, 1), 2, mode="half_up"))
    curve = kumi.value((Input.aim - mean).clamp(0, 10))
    final = kumi.value(kumi.min_of(kumi.round(raw + curve, 1, mode="half_up"), 100))
    grade = kumi.value(kumi.bracket(final, letter.percent, letter.letter, default="F"))

    # Nmax is 100 and Nmin 50, 50 apart; whoever is below has a 5, which is to fail.
    german = kumi.value(
        when(final < 50).then(5).otherwise(kumi.round(1 + 3 * (100 - final) / 50, 1, mode="down"))
    )
    passed = kumi.value(kumi.count_if(final >= 50, True))
    best = kumi.value(final.max())
