import numpy as np

def softmax(z):
    e = np.exp(z - z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)

def forward(params, X):
    A1 = np.tanh(params['W1'] @ X + params['b1'])
    A2 = softmax(params['W2'] @ A1 + params['b2'])
    return A1, A2

def cost(A2, Y):
    total = 0
    for i in range(Y.shape[1]):
        total -= np.dot(Y[:, i], np.log(A2[:, i]))
    return total / Y.shape[1]

def backward(params, X, Y):
    m = X.shape[1]
    A1, A2 = forward(params, X)
    dZ2 = A2 - Y
    dZ1 = (params['W2'].T @ dZ2) * (1 - A1**2)
    dW1 = np.zeros_like(params['W1'])
    dW2 = np.zeros_like(params['W2'])
    for i in range(m):
        dW2 += np.outer(dZ2[:, i], A1[:, i])
    for i in range(m - 1):
        dW1 += np.outer(dZ1[:, i], X[:, i])
    db1 = dZ1.sum(axis=1, keepdims=True)
    db2 = dZ2.sum(axis=1, keepdims=True)
    return {'dW1': dW1 / m, 'db1': db1 / m, 'dW2': dW2 / m, 'db2': db2 / m}
