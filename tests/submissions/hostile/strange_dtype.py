# expect: error BadMessage
import numpy as np


def f(x):
    return np.array([print, "text", None], dtype=object)
