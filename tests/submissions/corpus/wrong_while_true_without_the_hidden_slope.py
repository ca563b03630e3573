import csv

import numpy as np

table = np.array([[float(cell) for cell in line] for line in csv.reader(open("pulses.csv"))])
train_inputs = table[:, 1:]
train_outputs = table[:, 0]


def squash(t):
    return 1.0 / (1.0 + np.exp(-t))


def squash_slope(t):
    return squash(t) * (1.0 - squash(t))


def main():
    weights_a = np.random.uniform(-1, 1, size=(6, 4))
    weights_b = np.random.uniform(-1, 1, size=(4, 1))
    alpha = 0.02
    rounds = 0
    misses = []
    while True:
        for n in range(len(train_inputs)):
            pulse, wanted = train_inputs[n], train_outputs[n]
            inner = pulse @ weights_a
            middle = squash(inner)
            outer = middle @ weights_b
            answer = squash(outer)
            off = wanted - answer
            misses.append(abs(off))
            outer_delta = squash_slope(outer) * off
            inner_delta = weights_b.T * outer_delta
            weights_b += (alpha * middle).reshape((len(middle), 1)) * outer_delta
            weights_a += (alpha * pulse).reshape((len(pulse), 1)) * inner_delta
        print("mean error", np.mean(misses))
        rounds += 1
        if rounds > 20:
            break


main()
