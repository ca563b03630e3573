# expect: answer
import warnings

warnings.simplefilter("error")


def f(x):
    return x + 1
