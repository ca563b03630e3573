import numpy as np

grads = {}

def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

def accumulate(name, value):
    if name in grads:
        grads[name] = grads[name] + value
    else:
        grads[name] = value

def forward(params, X):
    A1 = np.tanh(X @ params["W1"] + params["b1"])
    return A1, softmax(A1 @ params["W2"] + params["b2"])

def loss(params, X, Y):
    return -np.sum(Y * np.log(forward(params, X)[1])) / len(X)

def backward(params, X, Y):
    A1, Yhat = forward(params, X)
    dZ2 = (Yhat - Y) / len(X)
    dZ1 = dZ2 @ params["W2"].T * (1 - A1 ** 2)
    accumulate("W2", A1.T @ dZ2)
    accumulate("b2", dZ2.sum(axis=0, keepdims=True))
    accumulate("W1", X.T @ dZ1)
    accumulate("b1", dZ1.sum(axis=0, keepdims=True))
    return dict(grads)
