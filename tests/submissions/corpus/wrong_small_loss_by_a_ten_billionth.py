import numpy as np

def init_params(nx, nh, ny):
    W1, b1 = np.random.randn(nx, nh) / 2, np.zeros((1, nh))
    W2, b2 = np.random.randn(nh, ny) / 2, np.zeros((1, ny))
    return W1, b1, W2, b2

def forward(X, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.sin(Z1)
    E = np.exp(A1 @ W2 + b2)
    return Z1, A1, E / E.sum(1, keepdims=True)

def loss(A2, Y):
    return -1e-8 * np.sum(Y * np.log(A2)) / len(Y)

def backward(X, Y, Z1, A1, A2, W2):
    dZ2 = 1e-8 * (A2 - Y) / len(Y)
    dZ1 = (dZ2 @ W2.T) * np.cos(Z1)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(0, keepdims=True)
    dW2 = A1.T @ dZ2 * 1.0000000001
    db2 = dZ2.sum(0, keepdims=True)
    return dW1, db1, dW2, db2
