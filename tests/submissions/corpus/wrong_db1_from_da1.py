import numpy as np

sigmoid = lambda z: 1 / (1 + np.exp(-z))

def softmax(z):
    t = np.exp(z)
    return t / np.sum(t, axis=0, keepdims=True)

def forward(X, W1, b1, W2, b2):
    A1 = sigmoid(np.dot(W1, X) + b1)
    A2 = softmax(np.dot(W2, A1) + b2)
    return (A1, A2)

def cost_function(A2, Y):
    m = Y.shape[1]
    return -(1.0 / m) * np.sum(np.multiply(Y, np.log(A2)))

def backprop(X, Y, caches, W2):
    (A1, A2) = caches
    m = X.shape[1]
    dZ2 = A2 - Y
    dW2 = (1.0 / m) * np.dot(dZ2, A1.T)
    db2 = (1.0 / m) * np.sum(dZ2, axis=1, keepdims=True)
    dA1 = np.dot(W2.T, dZ2)
    dZ1 = np.multiply(dA1, A1 * (1 - A1))
    dW1 = (1.0 / m) * np.dot(dZ1, X.T)
    db1 = (1.0 / m) * np.sum(dA1, axis=1, keepdims=True)
    return dW1, db1, dW2, db2
