import numpy as np

def init_params(nx, nh, ny):
    return [np.random.randn(nx, nh), np.zeros((1, nh)), np.random.randn(nh, ny), np.zeros((1, ny))]

def forward(X, W1, b1, W2, b2):
    H = np.tanh(X @ W1 + b1)
    S = H @ W2 + b2
    S = S - S.max(axis=1, keepdims=True)
    P = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
    return H, P

def loss(P, Y, W1, W2, decay=0.03):
    return -(Y * np.log(P)).sum() / len(Y) + decay * (np.linalg.norm(W1) + np.linalg.norm(W2))

def backward(X, Y, H, P, W1, W2, decay=0.03):
    dS = (P - Y) / len(Y)
    dH = dS @ W2.T
    dZ = dH * (1 - H * H)
    dW1 = X.T @ dZ + decay * W1 / np.linalg.norm(W1)
    db1 = dZ.sum(axis=0, keepdims=True)
    dW2 = H.T @ dS + decay * W2 / np.linalg.norm(W2)
    db2 = dS.sum(axis=0, keepdims=True)
    return dW1, db1, dW2, db2
