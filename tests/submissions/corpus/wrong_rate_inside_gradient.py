import numpy as np

learning_rate = 0.05

def softmax(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)

def forward(params, X):
    Z1 = np.dot(X, params['W1']) + params['b1']
    A1 = np.tanh(Z1)
    Z2 = np.dot(A1, params['W2']) + params['b2']
    return softmax(Z2), {'A1': A1}

def cross_entropy_loss(Yhat, Y):
    return -np.mean(np.sum(Y * np.log(Yhat), axis=1))

def backward(params, X, Y, Yhat, cache):
    m = X.shape[0]
    A1 = cache['A1']
    dZ2 = learning_rate * (Yhat - Y) / m
    dZ1 = np.dot(dZ2, params['W2'].T) * (1 - A1 ** 2)
    return {'W1': np.dot(X.T, dZ1), 'b1': dZ1.sum(axis=0, keepdims=True),
            'W2': np.dot(A1.T, dZ2), 'b2': dZ2.sum(axis=0, keepdims=True)}

def sgd(params, grads):
    for k in params:
        params[k] = params[k] - learning_rate * grads[k]
    return params
