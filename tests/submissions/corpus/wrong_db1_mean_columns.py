import numpy as np
np.random.seed(0)

def softmax(z):
    return np.exp(z) / np.sum(np.exp(z), axis=0, keepdims=True)

def forward_propagation(X, p):
    Z1 = p['W1'] @ X + p['b1']
    A1 = np.tanh(Z1)
    Z2 = p['W2'] @ A1 + p['b2']
    return softmax(Z2), (Z1, A1, Z2)

def cost(A2, Y):
    return np.sum(-Y * np.log(A2)) / Y.shape[1]

def backward_propagation(X, Y, p, A2, cache):
    Z1, A1, Z2 = cache
    m = X.shape[1]
    grads = {}
    dZ2 = (A2 - Y) / m
    grads['W2'] = dZ2 @ A1.T
    grads['b2'] = np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = p['W2'].T @ dZ2 * (1 - A1**2)
    grads['W1'] = dZ1 @ X.T
    grads['b1'] = np.mean(dZ1, axis=1, keepdims=True)
    return grads
