import numpy as np

def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

def relu_grad(a):
    a[a > 0] = 1
    a[a <= 0] = 0
    return a

def forward(params, X):
    Z1 = X @ params['W1'] + params['b1']
    A1 = Z1 * (Z1 > 0)
    A2 = softmax(A1 @ params['W2'] + params['b2'])
    return A2, {'A1': A1, 'A2': A2}

def loss(A2, Y):
    return -np.sum(Y * np.log(A2)) / Y.shape[0]

def backward(params, cache, X, Y):
    A1, A2 = cache['A1'], cache['A2']
    dZ2 = (A2 - Y) / Y.shape[0]
    dZ1 = (dZ2 @ params['W2'].T) * relu_grad(A1)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0, keepdims=True)
    dW2 = A1.T @ dZ2
    db2 = dZ2.sum(axis=0, keepdims=True)
    return {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}
