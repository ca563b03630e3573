import numpy as np

def softmax(z):
    z = z - z.max(axis=0)
    return np.exp(z) / np.exp(z).sum(axis=0)

def forward_propagation(X, parameters):
    Z1 = np.dot(parameters['W1'], X) + parameters['b1']
    A1 = np.tanh(Z1)
    Z2 = np.dot(parameters['W2'], A1) + parameters['b2']
    return {'Z1': Z1, 'A1': A1, 'Z2': Z2, 'A2': softmax(Z2)}

def compute_cost(cache, Y):
    return -np.sum(Y * np.log(cache['A2'])) / Y.shape[1]

def backward_propagation(X, Y, parameters, cache):
    A1, A2 = cache['A1'], cache['A2']
    dZ2 = A2 - Y
    dW2 = dZ2.dot(A1.T)
    db2 = dZ2.sum(axis=1, keepdims=True)
    dZ1 = parameters['W2'].T.dot(dZ2) * A1 * (1 - A1)
    dW1 = dZ1.dot(X.T)
    db1 = dZ1.sum(axis=1, keepdims=True)
    return {'dW1': dW1, 'db1': db1, 'dW2': dW2, 'db2': db2}
