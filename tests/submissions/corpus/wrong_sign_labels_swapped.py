import numpy as np

def relu(z):
    return np.maximum(0, z)

def softmax(z):
    e = np.exp(z - np.max(z, axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)

def forward(X, params):
    c = {"A0": X}
    for l in (1, 2, 3):
        c[f"Z{l}"] = params[f"W{l}"] @ c[f"A{l-1}"] + params[f"b{l}"]
        c[f"A{l}"] = softmax(c[f"Z{l}"]) if l == 3 else relu(c[f"Z{l}"])
    return c["A3"], c

def cost(A3, Y):
    return -np.sum(Y * np.log(A3)) / Y.shape[1]

def backward(params, c, Y):
    m = Y.shape[1]
    g = {}
    dZ = (Y - c["A3"]) / m
    for l in (3, 2, 1):
        g[f"W{l}"] = dZ @ c[f"A{l-1}"].T
        g[f"b{l}"] = dZ.sum(axis=1, keepdims=True)
        if l > 1:
            dZ = (params[f"W{l}"].T @ dZ) * (c[f"Z{l-1}"] > 0)
    return g

def update(params, grads, lr):
    return {k: params[k] - lr * grads[k] for k in params}
