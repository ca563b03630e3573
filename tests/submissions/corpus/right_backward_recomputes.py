import numpy as np


def leaky_relu(z, slope=0.01):
    return np.where(z > 0, z, slope * z)


def d_leaky_relu(z, slope=0.01):
    return np.where(z > 0, 1.0, slope)


def softmax(z):
    z = z - np.amax(z, axis=0)
    return np.exp(z) / np.sum(np.exp(z), axis=0)


def predict_proba(theta, x):
    """x: features by samples"""
    a = leaky_relu(theta["w_hidden"] @ x + theta["b_hidden"])
    return softmax(theta["w_out"] @ a + theta["b_out"])


def cost(theta, x, t):
    y = predict_proba(theta, x)
    return -np.sum(t * np.log(y)) / t.shape[1]


def gradient(theta, x, t):
    n = x.shape[1]
    z = theta["w_hidden"] @ x + theta["b_hidden"]
    a = leaky_relu(z)
    y = softmax(theta["w_out"] @ a + theta["b_out"])
    err = (y - t) / n
    back = theta["w_out"].T @ err * d_leaky_relu(z)
    return {
        "w_hidden": back @ x.T,
        "b_hidden": back.sum(axis=1, keepdims=True),
        "w_out": err @ a.T,
        "b_out": err.sum(axis=1, keepdims=True),
    }
