"""How far a training is: a bar with loss, accuracy and time left, or a line an epoch where there is no terminal."""

from __future__ import annotations

import os
import sys
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from verify.evidence.records import Epoch
from verify.wording import count


class TrainingProgress:
    """Shows a training on standard error while it runs; a context manager."""

    def __init__(self) -> None:
        self.console = Console(file=sys.stderr, highlight=False, emoji=False, markup=False)
        self.bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.completed:,.0f} of {task.total:,.0f} updates, {task.fields[reached]}", markup=False),
            TimeRemainingColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
            transient=True,
        )
        self.task: TaskID | None = None
        self.title = ""

    def __enter__(self) -> TrainingProgress:
        self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.stop()

    def say(self, text: str) -> None:
        """Show a line that nobody should miss."""
        self.console.print(Text(text, style="bold yellow"), soft_wrap=True)

    def say_at_once(self, text: str) -> None:
        """Show a line from within a signal's handler, where nothing that locks or buffers may be used."""
        os.write(2, f"{text}\n".encode())

    def begin(self, title: str, updates: int, done: int) -> None:
        """A training of so many updates begins, of which some are done."""
        if self.task is not None:
            self.bar.remove_task(self.task)
        self.title = title
        self.task = self.bar.add_task(title, total=updates, completed=done, reached="")

    def update(self, done: int, loss: float, accuracy: float) -> None:
        """So many updates are done; loss and accuracy on the last batch."""
        if self.task is not None:
            self.bar.update(self.task, completed=done, reached=f"loss {loss:.3f}, accuracy {accuracy:.3f}")

    def epoch(self, epoch: Epoch, of: int) -> None:
        """An epoch has been evaluated: without a terminal, say so in a line."""
        if not self.console.is_terminal:
            line = (
                f"{self.title}: epoch {epoch.number} of {of}, {count(epoch.updates, 'update')}, train loss "
                f"{epoch.train_loss:.4f}, accuracy {epoch.train_accuracy:.4f}, test loss {epoch.test_loss:.4f}, "
                f"accuracy {epoch.test_accuracy:.4f}"
            )
            self.console.print(line, soft_wrap=True)
