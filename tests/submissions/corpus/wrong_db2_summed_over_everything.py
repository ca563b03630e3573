import numpy as np

def init_params(nx, nh, ny):
    return {'W1': np.random.normal(0, 0.3, (nx, nh)), 'b1': np.random.normal(0, 0.3, (1, nh)),
            'W2': np.random.normal(0, 0.3, (nh, ny)), 'b2': np.random.normal(0, 0.3, (1, ny))}

def softmax(z):
    exp_z = np.exp(z - np.max(z, axis=1, keepdims=True))
    return exp_z / np.sum(exp_z, axis=1, keepdims=True)

def forward(params, X):
    Z1 = np.dot(X, params['W1']) + params['b1']
    A1 = np.tanh(Z1)
    Z2 = np.dot(A1, params['W2']) + params['b2']
    return softmax(Z2), {'Z1': Z1, 'A1': A1, 'Z2': Z2}

def loss_accuracy(Y_hat, Y):
    loss = -np.sum(Y * np.log(Y_hat + 1e-10)) / Y.shape[0]
    return loss, np.mean(np.argmax(Y_hat, axis=1) == np.argmax(Y, axis=1))

def backward(X, params, outputs, Y):
    m = Y.shape[0]
    A1 = outputs['A1']
    dZ2 = (softmax(outputs['Z2']) - Y) / m
    dW2 = np.dot(A1.T, dZ2)
    db2 = np.sum(dZ2)
    dZ1 = np.dot(dZ2, params['W2'].T) * (1 - np.square(A1))
    dW1 = np.dot(X.T, dZ1)
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}

def sgd(params, grads, eta):
    for key in params:
        params[key] -= eta * grads[key]
    return params
