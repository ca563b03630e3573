import numpy as np


def softmax(logits):
    logits = logits - logits.max(axis=-1, keepdims=True)
    e = np.exp(logits)
    return e / e.sum(axis=-1, keepdims=True)


def init(in_features, hidden, out_features):
    k1, k2 = in_features ** -0.5, hidden ** -0.5
    return (
        np.random.uniform(-k1, k1, (hidden, in_features)), np.random.uniform(-k1, k1, hidden),
        np.random.uniform(-k2, k2, (out_features, hidden)), np.random.uniform(-k2, k2, out_features),
    )


def forward(x, W1, b1, W2, b2):
    z1 = x @ W1.T + b1
    h = np.tanh(z1)
    logits = h @ W2.T + b2
    return softmax(logits), h


def cross_entropy(p, y):
    return -np.mean(np.sum(y * np.log(p), axis=1))


def backward(x, y, p, h, W2):
    n = x.shape[0]
    g = (p - y) / n            # (n, out)
    gW2 = g.T @ h              # (out, hidden)
    gb2 = g.sum(axis=0)
    gh = g @ W2                # (n, hidden)
    gz1 = gh * (1 - h * h)
    gW1 = gz1.T @ x
    gb1 = gz1.sum(axis=0)
    return gW1, gb1, gW2, gb2
