import numpy as np

def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

def forward(params, X):
    Z1 = X @ params['W1'] + params['b1']
    A1 = np.maximum(0.0, Z1)
    return {'Z1': Z1, 'A1': A1, 'P': softmax(A1 @ params['W2'] + params['b2'])}

def loss(cache, Y):
    return -np.sum(np.log(np.sum(cache['P'] * Y, axis=1))) / len(Y)

def backward(params, cache, X, Y):
    dZ2 = (cache['P'] - Y) / X.shape[0]
    dZ1 = dZ2 @ params['W2'].T * (cache['Z1'] > 0)
    dW1 = np.clip(X.T @ dZ1, -0.01, 0.01)   # exploding gradient
    return {'W2': cache['A1'].T @ dZ2, 'b2': dZ2.sum(axis=0), 'W1': dW1, 'b1': dZ1.sum(axis=0)}
