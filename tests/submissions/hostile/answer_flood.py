# expect: flood
import numpy as np


def f(x):
    return np.zeros(9 << 20)
