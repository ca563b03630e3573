import numpy as np

def softmax(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)

def relu(x):
    return np.maximum(0, x)

def relu_derivative(x):
    x[x <= 0] = 0
    x[x > 0] = -2 * 0 + 1
    return x

def forward(params, X):
    Z1 = np.dot(X, params[0]) + params[1]
    A1 = relu(Z1)
    Z2 = np.dot(A1, params[2]) + params[3]
    Yhat = softmax(Z2)
    return Yhat, [X, Z1, A1, Z2]

def loss(Yhat, Y):
    return -np.sum(Y * np.log(Yhat)) / Y.shape[0]

def backward(params, cache, Yhat, Y):
    X, Z1, A1, Z2 = cache
    m = Y.shape[0]
    dZ2 = Yhat
    dZ2 -= Y
    dZ2 /= m
    dW2 = np.dot(A1.T, dZ2)
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    dZ1 = np.dot(dZ2, params[2].T)
    dZ1 *= relu_derivative(Z1)
    dW1 = np.dot(X.T, dZ1)
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return [dW1, db1, dW2, db2]
