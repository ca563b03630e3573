import numpy as np

def softmax(Z):
    e = np.exp(Z - np.max(Z, axis=0))
    return e / np.sum(e, axis=0)

def propagate(params, X, Y):
    """forward and backward in one function, as in the logistic regression exercise"""
    m = X.shape[1]
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    # FORWARD
    A1 = np.tanh(np.dot(W1, X) + b1)
    A2 = softmax(np.dot(W2, A1) + b2)
    cost = (-1 / m) * np.sum(Y * np.log(A2))
    # BACKWARD
    dZ2 = (A2 - Y) / m
    dW2 = (1 / m) * np.dot(dZ2, A1.T)
    db2 = np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.dot(W2.T, dZ2) * (1 - A1 ** 2)
    dW1 = np.dot(dZ1, X.T)
    db1 = np.sum(dZ1, axis=1, keepdims=True)
    grads = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
    return grads, cost
