import numpy as np

def softmax(z):
    e = np.exp(z - np.max(z))
    return e / e.sum(axis=0)

def forward(params, X):
    Z1 = X.dot(params['W1']) + params['b1']
    A1 = np.tanh(Z1)
    Z2 = A1.dot(params['W2']) + params['b2']
    Yhat = softmax(Z2)
    return Yhat, {'Z1': Z1, 'A1': A1, 'Z2': Z2, 'Yhat': Yhat}

def loss_accuracy(Yhat, Y):
    loss = -np.sum(Y * np.log(Yhat)) / Y.shape[0]
    acc = (Yhat.argmax(axis=1) == Y.argmax(axis=1)).mean()
    return loss, acc

def backward(X, params, outputs, Y):
    m = len(Y)
    A1 = outputs['A1']
    dZ2 = (outputs['Yhat'] - Y) / m
    dW2 = A1.T.dot(dZ2)
    db2 = dZ2.sum(axis=0, keepdims=True)
    dZ1 = dZ2.dot(params['W2'].T) * (1 - A1 * A1)
    dW1 = X.T.dot(dZ1)
    db1 = dZ1.sum(axis=0, keepdims=True)
    return {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}
