import numpy as np

def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)

def forward(params, X):
    Z1 = np.dot(X, params['W1']) + params['b1']
    A1 = np.tanh(Z1)
    Z2 = np.dot(A1, params['W2']) + params['b2']
    return softmax(Z2), {'Z1': Z1, 'A1': A1, 'Z2': Z2}

def loss(Y_hat, Y):
    return -np.sum(Y * np.log(Y_hat)) / Y.shape[0]

def backward(X, params, outputs, Y):
    m = Y.shape[0]
    W2 = params['W2']
    A1 = outputs['A1']
    Y_hat = softmax(outputs['Z2'])
    dZ2 = (Y_hat - Y) / m
    dW2 = np.dot(np.roll(A1, 1, axis=1).T, dZ2)
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    dA1 = np.dot(dZ2, W2.T)
    dZ1 = dA1 * (1 - np.square(A1))
    dW1 = np.dot(X.T, dZ1)
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}
