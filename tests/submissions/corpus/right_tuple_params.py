"""MLP 1 hidden layer - homework 2"""
import numpy as np

def init_mlp(D, H, C, seed=0):
    r = np.random.RandomState(seed)
    return (r.randn(D, H) * np.sqrt(2. / D), np.zeros(H), r.randn(H, C) * np.sqrt(2. / H), np.zeros(C))

def mlp_forward(X, params):
    W1, b1, W2, b2 = params
    a = X @ W1 + b1
    h = 1.0 / (1.0 + np.exp(-a))
    return h, h @ W2 + b2

def log_softmax(s):
    mx = s.max(axis=1, keepdims=True)
    return s - mx - np.log(np.exp(s - mx).sum(axis=1, keepdims=True))

def loss_and_grad(params, X, Y):
    W1, b1, W2, b2 = params
    N = len(X)
    h, s = mlp_forward(X, params)
    logp = log_softmax(s)
    loss = -(Y * logp).sum() / N
    ds = (np.exp(logp) - Y) / N
    dW2 = h.T @ ds
    db2 = ds.sum(axis=0)
    dh = ds @ W2.T
    da = dh * h * (1 - h)
    dW1 = X.T @ da
    db1 = da.sum(axis=0)
    return loss, (dW1, db1, dW2, db2)

def sgd_step(params, grads, lr):
    return tuple(p - lr * g for p, g in zip(params, grads))
