"""Which statements of a main program can't be run here, and what stands for the names that they would have given.

They are found in runs in floats, before anything is asked. Later runs leave out the same: nothing is left out in one
way to know a number and run in another.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final, NoReturn

from verify.errors import said
from verify.submissions.execution.inside.stand_ins import Inert, InertModule

_TURNS: Final = 4  # what is left out may make something else stop
TEXT: Final = "text"  # the meaning of a name that a text is read into
_TEXT: Final = "the quick brown fox jumps over the lazy dog, and then it runs home through the old wood. " * 8
_LONGEST: Final = 120  # characters of an error
_Place = tuple[int | None, int]


class Missing:
    """Stands for a package or a name that is not there; using it says so."""

    def __init__(self, name: str, why: str) -> None:
        self.__dict__["_missing"] = (name, why)

    def _refuse(self, *given: object, **named: object) -> NoReturn:
        name, why = self.__dict__["_missing"]
        raise NameError(f"{name} is not available here: {why}")

    __call__ = __getattr__ = __getitem__ = __iter__ = __len__ = __array__ = __add__ = __mul__ = _refuse


class LeftOut:
    """What is left out of a main program, for each kind of data that it is given."""

    def __init__(self) -> None:
        self._known: dict[Hashable, dict[_Place, str]] = {}
        self._now: dict[_Place, str] = {}
        self._learning = False
        self.running = False  # a main program is run
        self.begun = False  # the loop that is watched was reached
        self.data: Callable[[str], object] = dict[str, object]().__getitem__

    @property
    def why(self) -> str:
        """What stopped first on the way, where something did."""
        if not self.running or not self._now:
            return ""
        (_, line), text = next(iter(self._now.items()))
        return f"; line {line} stops: {text}"

    def learn(self, key: Hashable, run: Callable[[], object]) -> None:
        """Find what is left out with data of this kind, and leave it out from now on."""
        self.running = True
        if key in self._known:
            self._now = self._known[key]
            return
        self._now = self._known[key] = {}
        for _ in range(_TURNS):
            before = len(self._now)
            self._learning = True
            try:
                run()
            except Exception:  # what stops behind the guarded statements stops in the run that is asked for as well
                pass
            finally:
                self._learning = False
            if len(self._now) == before:
                break

    def runs(self, cell: int | None, line: int) -> bool:
        """Whether a statement is run."""
        return (cell, line) not in self._now

    def failed(self, cell: int | None, line: int, error: BaseException) -> None:
        """Leave a statement out that stopped, while that is being found; else let it stop the program."""
        if not self._learning or self.begun:
            raise error
        self._now[cell, line] = said(error, _LONGEST, BaseException)

    def held(self, name: str, value: object) -> None:
        """Raise where data are none, but stand for those of a package that is not there."""
        if value is None or isinstance(value, Inert | InertModule | Missing):
            raise NameError(f"{name} is not available here")

    def given(self, cell: int | None, line: int, name: str, meaning: str) -> object:
        """Return our data for a name of data, a text for one of a text, and for any other what says that it is missing.

        What a text is read from is not there.
        """
        if meaning == TEXT:
            return _TEXT
        if meaning:
            return self.data(meaning)
        return Missing(name, self._now.get((cell, line), "what gives it a value can't be run here"))
