# Written for Python 2: prints are statements.
import numpy as np


def init(n_x, n_h, n_y):
    return {"W1": np.random.randn(n_x, n_h) * 0.3, "b1": np.zeros(n_h), "W2": np.random.randn(n_h, n_y) * 0.3, "b2": np.zeros(n_y)}


def forward(model, X):
    h = np.tanh(X.dot(model["W1"]) + model["b1"])
    scores = np.exp(h.dot(model["W2"]) + model["b2"])
    return h, scores / scores.sum(axis=1, keepdims=True)


def loss(probs, Y):
    return -np.sum(Y * np.log(probs)) / Y.shape[0]


def backward(model, X, Y, h, probs):
    d = (probs - Y) / Y.shape[0]
    dh = d.dot(model["W2"].T) * (1 - h ** 2)
    return {"W1": X.T.dot(dh), "b1": dh.sum(axis=0), "W2": h.T.dot(d), "b2": d.sum(axis=0)}


def train(model, X, Y, rate=0.1, steps=100):
    for i in xrange(steps):
        h, probs = forward(model, X)
        grads = backward(model, X, Y, h, probs)
        for k in model:
            model[k] -= rate * grads[k]
        if i % 10 == 0:
            print "step %d, loss %f" % (i, loss(probs, Y))
    print
    print "done", steps
