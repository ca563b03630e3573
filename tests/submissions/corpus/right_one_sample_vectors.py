import math
import numpy as np

N_IN, N_HID, N_OUT = 4, 6, 3   # iris

def forward(x, W1, b1, W2, b2):
    h = np.tanh(W1 @ x + b1)
    o = W2 @ h + b2
    e = np.exp(o - max(o))
    return h, e / e.sum()

def loss(p, k):
    return -math.log(p[k])

def grad(x, k, W1, b1, W2, b2):
    h, p = forward(x, W1, b1, W2, b2)
    do = p.copy()
    do[k] -= 1.0
    dW2 = np.outer(do, h)
    db2 = do
    dh = W2.T @ do
    da = (1 - h**2) * dh
    dW1 = np.outer(da, x)
    db1 = da
    return dW1, db1, dW2, db2

def train(samples, labels, W1, b1, W2, b2, eta=0.01):
    for x, k in zip(samples, labels):
        dW1, db1, dW2, db2 = grad(x, k, W1, b1, W2, b2)
        W1 -= eta * dW1; b1 -= eta * db1
        W2 -= eta * dW2; b2 -= eta * db2
