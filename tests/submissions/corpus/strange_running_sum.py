import numpy as np
def act(t): return np.tanh(t)
def sm(t):
    t = np.exp(t - t.max(1)[:, None])
    return t / t.sum(1)[:, None]
def net(x, w1, b1, w2, b2):
    h = act(x @ w1 + b1)
    return h, sm(h @ w2 + b2)
def xent(p, t): return -(t * np.log(p)).sum() / len(t)
def grads(x, t, w1, b1, w2, b2):
    h, p = net(x, w1, b1, w2, b2)
    d2 = (p - t) / len(x)
    d1 = (d2 @ w2.T) * (1 - h ** 2)
    g2 = h.T @ d2
    c2 = d2.sum(0)
    g1 = x.T @ np.cumsum(d1, axis=0)
    c1 = d1.sum(0)
    return g1, c1, g2, c2
