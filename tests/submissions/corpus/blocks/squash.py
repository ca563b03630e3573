import numpy as np


def squash(z):
    return 1 / (1 + np.exp(-z))


def slope(a):
    return a * (1 - a)
