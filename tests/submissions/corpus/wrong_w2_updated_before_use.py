import numpy as np

def softmax(s):
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

def forward(X, p):
    A1 = np.tanh(X @ p['W1'] + p['b1'])
    return A1, softmax(A1 @ p['W2'] + p['b2'])

def loss(Yhat, Y):
    return -(Y * np.log(Yhat)).sum() / Y.shape[0]

def train_step(X, Y, p, lr):
    m = X.shape[0]
    A1, Yhat = forward(X, p)
    # output layer
    dZ2 = (Yhat - Y) / m
    p['W2'] -= lr * (A1.T @ dZ2)
    p['b2'] -= lr * dZ2.sum(axis=0, keepdims=True)
    # hidden layer
    dA1 = dZ2 @ p['W2'].T
    dZ1 = dA1 * (1 - A1 ** 2)
    p['W1'] -= lr * (X.T @ dZ1)
    p['b1'] -= lr * dZ1.sum(axis=0, keepdims=True)
    return loss(Yhat, Y)
