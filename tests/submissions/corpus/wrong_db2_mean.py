import numpy as np

def sigmoid(x): return 1. / (1. + np.exp(-x))

def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

def forward(x, w1, b1, w2, b2):
    a1 = sigmoid(x.dot(w1) + b1)
    return a1, softmax(a1.dot(w2) + b2)

def cross_entropy_error(y, t):
    batch_size = y.shape[0]
    return -np.sum(t * np.log(y)) / batch_size

def gradient(x, t, w1, b1, w2, b2):
    a1, y = forward(x, w1, b1, w2, b2)
    dy = (y - t) / x.shape[0]
    dw2 = a1.T.dot(dy)
    db2 = dy.mean(axis=0)
    da1 = dy.dot(w2.T)
    dz1 = a1 * (1 - a1) * da1
    dw1 = x.T.dot(dz1)
    db1 = dz1.sum(axis=0)
    return dw1, db1, dw2, db2
