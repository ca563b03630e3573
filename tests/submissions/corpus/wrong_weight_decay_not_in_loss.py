import numpy as np

REG = 0.01

def relu(x): return np.maximum(x, 0)

def softmax(x):
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)

def forward(model, X):
    z1 = X @ model["W1"] + model["b1"]
    a1 = relu(z1)
    return z1, a1, softmax(a1 @ model["W2"] + model["b2"])

def loss(model, X, Y):
    return -np.sum(Y * np.log(forward(model, X)[2])) / len(X)

def backward(model, X, Y):
    z1, a1, p = forward(model, X)
    d2 = (p - Y) / len(X)
    d1 = d2 @ model["W2"].T
    d1[z1 <= 0] = 0
    dW2 = a1.T @ d2 + REG * model["W2"]
    dW1 = X.T @ d1
    return {"W1": dW1, "b1": d1.sum(0), "W2": dW2, "b2": d2.sum(0)}
