import numpy as np

def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)

def forward(params, X):
    Z1 = X @ params['W1'] + params['b1']
    A1 = np.tanh(Z1)
    Z2 = A1 @ params['W2'] + params['b2']
    return softmax(Z2), {'Z1': Z1, 'A1': A1, 'Z2': Z2}

def loss_accuracy(Yhat, Y):
    return -np.sum(Y * np.log(Yhat)) / Y.shape[0], np.mean(Yhat.argmax(1) == Y.argmax(1))

def backward(X, params, outputs, Y):
    m = Y.shape[0]
    A1 = outputs['A1']
    dZ2 = (softmax(outputs['Z2']) - Y) / m
    dW2 = A1.T @ dZ2
    db2 = np.mean(dZ2, axis=0, keepdims=True)
    dA1 = dZ2 @ params['W2'].T
    dZ1 = dA1 * (1 - A1)
    dW1 = X.T @ dZ1
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}
