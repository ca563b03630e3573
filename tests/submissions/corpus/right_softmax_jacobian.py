import numpy as np

def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

def softmax_jacobian(s):
    # (m, K, K): diag(s) - s s^T for each sample
    return np.einsum('ij,jk->ijk', s, np.eye(s.shape[1])) - np.einsum('ij,ik->ijk', s, s)

def forward(params, X):
    A1 = np.tanh(X @ params['W1'] + params['b1'])
    return softmax(A1 @ params['W2'] + params['b2']), A1

def loss(Yhat, Y):
    return np.mean(np.sum((Yhat - Y) ** 2, axis=1))

def backward(params, X, Y):
    m = X.shape[0]
    Yhat, A1 = forward(params, X)
    dYhat = 2 * (Yhat - Y) / m
    dZ2 = np.einsum('ik,ikj->ij', dYhat, softmax_jacobian(Yhat))
    dA1 = dZ2 @ params['W2'].T
    dZ1 = dA1 * (1 - A1 ** 2)
    return {'dW1': X.T @ dZ1, 'db1': np.sum(dZ1, axis=0, keepdims=True),
            'dW2': A1.T @ dZ2, 'db2': np.sum(dZ2, axis=0, keepdims=True)}
