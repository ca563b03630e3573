"""`python -m verify` is `verify`: begun so early that even loading the command line ends in one line."""

from __future__ import annotations

import signal

from verify.errors import said
from verify.interrupts import Signals
from verify.memory import LACKING, ran_out
from verify.output import end_in_one_line


def main() -> None:
    """Load the command line and run it; Ctrl-C at any moment is one line, and so is too little memory."""
    try:
        with Signals():
            try:
                from verify.cli.main import main as run
            except Exception as error:
                if ran_out(error):
                    end_in_one_line(f"could not judge: {LACKING}", 3)
                end_in_one_line(f"could not judge: verify can't be loaded, is it installed whole? ({said(error)})", 4)
            run()
    finally:
        # Python notes an interrupt that came while a text was executed, such as an annotation or a named tuple, and
        # would in the end kill itself by the signal whatever our status is; executing another text clears the note.
        exec("")
        if signal.getsignal(signal.SIGINT) == signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # all is done; Python's own ending shall print no traceback


if __name__ == "__main__":
    main()
