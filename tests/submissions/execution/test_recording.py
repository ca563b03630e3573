"""Numbers that a watched loop shows are kept, handed on as they are, and computed where the pass would not show them."""

from __future__ import annotations

import ast
import textwrap
from typing import Any

import numpy as np
import pytest

from verify.exact.world import PairWorld
from verify.reading.program.shown import losses_shown_in, shown_in
from verify.reading.wiring.plan_records import Cut
from verify.submissions.execution.inside.cutting import WATCH, Watch, cut


def shown_by(body: str, **names: Any) -> tuple[dict[str, Any], Watch]:
    """Return what the first pass of a loop with this body shows, by its text, and the watch."""
    text = "def train(seen, names):\n    globals().update(names)\n    for it in range(4):\n"
    text += textwrap.indent(textwrap.dedent(body), "        ") + "\n"
    watch, at = Watch(), Cut(None, 3, ("it",))
    room: dict[str, Any] = {WATCH: watch, "np": np}
    exec(compile(cut(ast.parse(text), None, [at]), "handed_in", "exec"), room)
    watch.run(at, lambda: room["train"]([], names), dict)
    values = watch.recorded.values
    return {one: value for lines in values.values() for texts in lines.values() for one, value in texts.items()}, watch


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("print('loss', it, a * b)", {"a * b": 6.0}),
        ("print(f'{it}: {a + b:.3f}')", {"a + b": 5.0}),
        ("print('%d %f' % (it, a - b))", {"a - b": -1.0}),
        ("print('%f' % a)", {"a": 2.0}),
        ("print('{} {:.2f} {c}'.format(it, a / b, c=b))", {"a / b": 2 / 3, "b": 3.0}),
        ("print('loss: ' + str(round(a, 2)) + '!')", {"a": 2.0}),
        ("print(np.round(a * a, 3), float(b))", {"a * a": 4.0, "b": 3.0}),
        ("seen.append(a)", {"a": 2.0}),
        ("seen.append((it, a, {'b': b}))", {"a": 2.0, "b": 3.0}),
        ("seen += [a]", {"a": 2.0}),
        ("print(np.array([[a]]).item())", {"np.array([[a]])": np.array([[2.0]])}),
        ("print('a text', it, len(seen), np.ones(3))", {}),
    ],
)
def test_every_number_with_a_point_is_kept_by_its_text(body: str, expected: dict[str, Any]) -> None:
    assert shown_by(body, a=2.0, b=3.0)[0] == expected


def test_of_one_place_the_first_is_kept() -> None:
    assert shown_by("for part in (1.5, 2.5):\n    print(part)")[0] == {"part": 1.5}


def test_what_is_shown_is_the_very_same_and_nothing_is_kept_unwatched(capsys: pytest.CaptureFixture[str]) -> None:
    body = "x = a\nseen.append(a)\nassert seen[-1] is x\nprint('%.2f' % x)\nprint(f'{x!r:>8}')"
    a = np.float64(1.25)
    assert shown_by(body, a=a)[0] == {"a": a, "x": a}
    assert capsys.readouterr().out == f"1.25\n{a!r:>8}\n"
    watch = Watch()
    assert watch.shown("print", 3, "a", a) is a
    assert watch.recorded.values == {}


def test_exact_numbers_are_handed_on_and_kept_as_they_are() -> None:
    number = PairWorld(5).constant(np.array(0.5))
    found, _ = shown_by("seen.append(a)\nassert seen[0] is a", a=number)
    assert found["a"] is number


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if it == 3:\n    print(np.sqrt(a))", {"np.sqrt(a)": 2.0}),
        ("if it == 3:\n    now = a + 1\n    twice = 2 * now\n    print(it, twice)", {"twice": 10.0}),
        ("if it == 3:\n    print(f(a))", {}),  # a function of the submission may change what comes after
        ("if it == 3:\n    print(seen.pop() + a)", {}),
        ("if it == 3:\n    print(np.random.rand() + a)", {}),
        ("if it == 3:\n    print(seen[-1] + a)", {}),  # it can't be computed yet, and the pass goes on
        ("if it == 3:\n    print(a + 1)\n    raise ValueError", {}),
    ],
)
def test_what_is_shown_in_other_passes_is_computed_where_that_changes_nothing(
    body: str, expected: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown_by(body, a=4.0, f=lambda x: 1 / 0)[0] == expected
    assert capsys.readouterr().out == ""


def test_loops_within_loops_are_recorded_once() -> None:
    text = "for i in range(2):\n    for j in range(2):\n        print(a * j)\n"
    tree = cut(ast.parse(text), None, [Cut(None, 1, ("i",)), Cut(None, 2, ("j",))])
    assert ast.unparse(tree).count(".shown(") == 1


@pytest.mark.parametrize(
    ("expression", "is_one"),
    [
        ("np.mean((y - p) ** 2)", True),
        ("-np.mean(np.log(p[rows, y]))", True),
        ("np.abs(y - p).mean()", True),
        ("(e * e).sum() / len(e)", True),
        ("e.T @ e", True),
        ("e.dot(e)", True),
        ("np.linalg.norm(y - p)", True),
        ("np.mean(np.where(np.abs(e) <= 1, e ** 2, np.abs(e)))", True),
        ("cross_entropy(p, y)", True),
        ("np.round(np.mean((y - p) ** 2), 4)", True),
        ("np.mean(p.argmax(1) == y)", False),
        ("np.mean(np.abs((p > 0.5) - y))", False),
        ("np.linalg.norm(W1)", False),
        ("np.sum(dW1 ** 2)", False),
        ("lr * 0.9 ** epoch", False),
        ("np.mean((y_val - p_val) ** 2)", False),
        ("p.max()", False),
        ("time.time() - start", False),
    ],
)
def test_which_expressions_look_like_a_loss(expression: str, is_one: bool) -> None:
    assert bool(losses_shown_in(ast.parse(f"print({expression})"))) is is_one


def test_a_name_is_looked_through() -> None:
    tree = ast.parse("e = y - p\nq = np.mean(e ** 2)\nprint(q)\nprint(p)")
    assert [one.text for one in losses_shown_in(tree)] == ["q"]
    assert [slot.shown.text for slot in shown_in(tree)] == ["q", "p"]
