import numpy as np

def linear(x, W, b):
    def pullback(dy):
        return dy @ W.T, x.T @ dy, dy.sum(axis=0)
    return x @ W + b, pullback

def tanh(x):
    y = np.tanh(x)
    return y, lambda dy: dy * (1 - y * y)

def softmax_xent(z, t):
    z = z - z.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    n = z.shape[0]
    return -(t * logp).sum() / n, lambda: (np.exp(logp) - t) / n

def loss_and_grads(theta, x, t):
    W1, b1, W2, b2 = theta
    z1, back1 = linear(x, W1, b1)
    a1, backa = tanh(z1)
    z2, back2 = linear(a1, W2, b2)
    L, backl = softmax_xent(z2, t)
    da1, gW2, gb2 = back2(backl())
    _, gW1, gb1 = back1(backa(da1))
    return L, [gW1, gb1, gW2, gb2]

def optimise(theta, x, t, alpha=0.1, steps=100):
    for _ in range(steps):
        L, g = loss_and_grads(theta, x, t)
        theta = [p - alpha * q for p, q in zip(theta, g)]
    return theta
