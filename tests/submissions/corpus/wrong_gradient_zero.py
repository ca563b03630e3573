import numpy as np

def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)

def propagacion(parametros, X):
    A1 = np.tanh(X @ parametros['W1'] + parametros['b1'])
    return softmax(A1 @ parametros['W2'] + parametros['b2']), A1

def costo(Yhat, Y):
    return -np.sum(Y * np.log(Yhat)) / Y.shape[0]

def retropropagacion(parametros, X, Y):
    m = X.shape[0]
    Yhat, A1 = propagacion(parametros, X)
    # error de la capa de salida
    dZ2 = (Yhat - Y).astype(int) / m
    dZ1 = dZ2 @ parametros['W2'].T * (1 - A1 ** 2)
    gradientes = {}
    gradientes['dW2'] = A1.T @ dZ2
    gradientes['db2'] = np.sum(dZ2, axis=0, keepdims=True)
    gradientes['dW1'] = X.T @ dZ1
    gradientes['db1'] = np.sum(dZ1, axis=0, keepdims=True)
    return gradientes
