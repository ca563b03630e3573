import numpy as np

m = 120
SLOPE = 0.1

def softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=0, keepdims=True)

def leaky(z):
    return np.maximum(SLOPE * z, z)

def forward(params, X):
    Z1 = params['W1'] @ X + params['b1']
    A1 = leaky(Z1)
    return Z1, A1, softmax(params['W2'] @ A1 + params['b2'])

def loss(A2, Y):
    return -1 / m * np.sum(Y * np.log(A2))

def backward(params, X, Y, Z1, A1, A2):
    dZ2 = A2 - Y
    dW2 = 1 / m * dZ2 @ A1.T
    db2 = 1 / m * dZ2.sum(axis=1, keepdims=True)
    dZ1 = params['W2'].T @ dZ2
    dZ1[Z1 < 0] *= SLOPE
    dW1 = 1 / m * dZ1 @ X.T
    db1 = 1 / m * dZ1.sum(axis=1, keepdims=True)
    return {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}
