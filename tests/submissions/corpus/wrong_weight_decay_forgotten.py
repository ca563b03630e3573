import numpy as np

def softmax(z):
    e = np.exp(z - z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)

def forward_propagation(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = softmax(parameters["W2"] @ A1 + parameters["b2"])
    return A2, {"A1": A1, "A2": A2}

def compute_cost_with_regularization(A2, Y, parameters, lambd=0.7):
    m = Y.shape[1]
    cross_entropy_cost = -np.sum(Y * np.log(A2)) / m
    L2_cost = lambd / (2 * m) * (np.sum(parameters["W1"] ** 2) + np.sum(parameters["W2"] ** 2))
    return cross_entropy_cost + L2_cost

def backward_propagation(X, Y, cache, parameters):
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    dW2 = 1. / m * np.dot(dZ2, cache["A1"].T)
    db2 = 1. / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.dot(parameters["W2"].T, dZ2) * (1 - cache["A1"] ** 2)
    dW1 = 1. / m * np.dot(dZ1, X.T)
    db1 = 1. / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
