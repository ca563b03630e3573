import numpy as np

def init(n0, n1, n2, n3):
    W1 = np.random.randn(n1, n0) * np.sqrt(2/n0); b1 = np.zeros((n1, 1))
    W2 = np.random.randn(n2, n1) * np.sqrt(2/n1); b2 = np.zeros((n2, 1))
    W3 = np.random.randn(n3, n2) * np.sqrt(2/n2); b3 = np.zeros((n3, 1))
    return W1, b1, W2, b2, W3, b3

def relu(z): return np.maximum(0, z)

def softmax(z):
    t = np.exp(z - np.max(z, axis=0, keepdims=True))
    return t / np.sum(t, axis=0, keepdims=True)

def forward(X, W1, b1, W2, b2, W3, b3):
    Z1 = W1 @ X + b1;  A1 = relu(Z1)
    Z2 = W2 @ A1 + b2; A2 = relu(Z2)
    Z3 = W3 @ A2 + b3; A3 = softmax(Z3)
    return Z1, A1, Z2, A2, Z3, A3

def loss(A3, Y):
    return -np.sum(Y * np.log(A3)) / Y.shape[1]

def backward(X, Y, Z1, A1, Z2, A2, A3, W2, W3):
    m = X.shape[1]
    dZ3 = (A3 - Y) / m
    dW3 = dZ3 @ A2.T
    db3 = np.sum(dZ3, axis=1, keepdims=True)

    dZ2 = (W3.T @ dZ3) * (Z2 > 0)
    dW2 = dZ2 @ A1.T
    db2 = np.sum(dZ2, axis=1, keepdims=True)

    dZ1 = (W2.T @ dZ2) * (Z1 > 0)
    dW1 = dZ1 @ X.T
    db1 = np.sum(dZ1, axis=1, keepdims=True)
    return dW1, db1, dW2, db2, dW3, db3
