import numpy as np

def start(n_x, n_h, n_y):
    rng = np.random.RandomState(1)
    return dict(W1=rng.randn(n_x, n_h) * 0.1, b1=np.zeros((1, n_h)), W2=rng.randn(n_h, n_y) * 0.1, b2=np.zeros((1, n_y)))

def forward(X, params):
    Z1 = X.dot(params["W1"]) + params["b1"]
    centred = Z1 - np.mean(Z1, axis=0)
    std = np.sqrt(np.mean(centred ** 2, axis=0) + 1e-5)
    N1 = centred / std
    A1 = np.maximum(N1, 0)
    scores = A1.dot(params["W2"]) + params["b2"]
    e = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    Yhat = e / np.sum(e, axis=1, keepdims=True)
    return Yhat, (N1, std, A1)

def loss(Yhat, Y):
    return -np.mean(np.sum(Y * np.log(Yhat), axis=1))

def backward(X, Y, params, Yhat, cache):
    N1, std, A1 = cache
    dscores = (Yhat - Y) / len(X)
    dN1 = dscores.dot(params["W2"].T) * (N1 > 0)
    dZ1 = dN1 / std
    return dict(W1=X.T.dot(dZ1), b1=dZ1.sum(axis=0, keepdims=True), W2=A1.T.dot(dscores), b2=dscores.sum(axis=0, keepdims=True))
