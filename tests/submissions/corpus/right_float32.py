import numpy as np
DTYPE = np.float32

def create_weights(dims):
    np.random.seed(0)
    ws = []
    for fan_in, fan_out in zip(dims[:-1], dims[1:]):
        ws.append((np.random.randn(fan_in, fan_out) / np.sqrt(fan_in)).astype(DTYPE))
        ws.append(np.zeros((1, fan_out), dtype=DTYPE))
    return ws

def forward(x, params):
    w1, b1, w2, b2 = [np.asarray(p, dtype=DTYPE) for p in params]
    x = x.astype(np.float32)
    z1 = x @ w1 + b1
    a1 = np.tanh(z1)
    z2 = a1 @ w2 + b2
    z2 -= z2.max(axis=1, keepdims=True)
    e = np.exp(z2)
    return a1, e / e.sum(axis=1, keepdims=True)

def xent(probs, y):
    return -np.sum(y * np.log(probs)) / y.shape[0]

def backward(x, y, params):
    w2 = np.asarray(params[2], dtype=DTYPE)
    a1, probs = forward(x, params)
    dz2 = (probs - y.astype(DTYPE)) / np.float32(y.shape[0])
    dz1 = dz2.dot(w2.T) * (1 - a1 * a1)
    x = x.astype(DTYPE)
    return [x.T.dot(dz1), dz1.sum(axis=0, keepdims=True), a1.T.dot(dz2), dz2.sum(axis=0, keepdims=True)]
