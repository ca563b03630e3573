import numpy as np

def softmax(z):
    z = np.exp(z - z.max(1, keepdims=True)); return z / z.sum(1, keepdims=True)

def forward(X, W1, b1, W2, b2, W3, b3):
    A1 = np.tanh(X @ W1 + b1)
    A2 = np.tanh(A1 @ W2 + b2)
    A3 = softmax(A2 @ W3 + b3)
    return A1, A2, A3

def crossentropy(A3, Y):
    return -np.sum(Y * np.log(A3)) / len(Y)

def backward(X, Y, A1, A2, A3, W2, W3):
    n = len(X)
    dZ3 = (A3 - Y) / n
    dW3, db3 = A2.T @ dZ3, dZ3.sum(0)
    dZ2 = dZ3 @ W3.T * (1 - A2)
    dW2, db2 = A1.T @ dZ2, dZ2.sum(0)
    dZ1 = dZ2 @ W2.T * (1 - A1**2)
    dW1, db1 = X.T @ dZ1, dZ1.sum(0)
    return dW1, db1, dW2, db2, dW3, db3
