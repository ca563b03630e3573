import numpy as np

def softmax(u):
    u = np.exp(u - np.max(u, axis=1, keepdims=True))
    return u / np.sum(u, axis=1, keepdims=True)

def forward(Ws, bs, X):
    acts = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        acts.append(np.tanh(acts[-1] @ W + b))
    acts.append(softmax(acts[-1] @ Ws[-1] + bs[-1]))
    return acts

def loss(out, Y):
    return -(Y * np.log(out)).sum(axis=1).mean()

def backward(Ws, bs, acts, Y):
    dWs, dbs = [], []
    delta = (acts[-1] - Y) / Y.size
    for i in range(len(Ws) - 1, -1, -1):
        dWs.insert(0, acts[i].T @ delta)
        dbs.insert(0, delta.sum(axis=0))
        if i > 0:
            delta = delta @ Ws[i].T * (1 - acts[i] ** 2)
    return dWs, dbs
