# expect: answer | error | left | crashed | time
import sys


def profile(frame, event, given):
    raise KeyboardInterrupt


sys.setprofile(profile)


def f(x):
    return x
