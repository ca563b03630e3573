# expect: answer | error | left | crashed | time
import sys

sys.settrace(lambda *given: 1 / 0)


def f(x):
    return x
