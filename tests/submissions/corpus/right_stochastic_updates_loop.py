#!/usr/bin/env python
# XOR with stochastic backprop
from random import random, seed
import numpy as np

seed(3); np.random.seed(3)

patterns = [([0, 0], [-1]), ([0, 1], [1]), ([1, 0], [1]), ([1, 1], [-1])]
wi = np.random.uniform(-1, 1, (2, 3))   # input -> hidden
bi = np.zeros(3)
wo = np.random.uniform(-1, 1, (3, 1))   # hidden -> output
bo = np.zeros(1)

for epoch in range(5000):
    for inp, target in patterns:
        x = np.array(inp, dtype=float)
        t = np.array(target, dtype=float)
        hid = np.tanh(x @ wi + bi)
        out = np.tanh(hid @ wo + bo)
        d_out = (out - t) * (1 - out * out)
        d_hid = (wo @ d_out) * (1 - hid * hid)
        wo = wo - 0.1 * np.outer(hid, d_out)
        bo = bo - 0.1 * d_out
        wi = wi - 0.1 * np.outer(x, d_hid)
        bi = bi - 0.1 * d_hid

for inp, target in patterns:
    print(inp, np.tanh(np.tanh(np.array(inp) @ wi + bi) @ wo + bo), target)
