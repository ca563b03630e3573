import numpy as np

def hidden(X, W1, b1):
    return np.tanh(W1 @ X.T + b1)

def model(X, W1, b1, W2, b2):
    S = W2 @ hidden(X, W1, b1) + b2
    E = np.exp(S - S.max(axis=0))
    return E / E.sum(axis=0)

def J(X, Y, W1, b1, W2, b2):
    return -(Y * np.log(model(X, W1, b1, W2, b2))).sum() / X.shape[0]

def gradJ(X, Y, W1, b1, W2, b2):
    H = hidden(X, W1, b1)
    D2 = (model(X, W1, b1, W2, b2) - Y) / X.shape[0]
    D1 = (W2.T @ D2) * (1 - H**2)
    return D1 @ X, D1.sum(axis=1)[:, None], D2 @ H.T, D2.sum(axis=1)[:, None]
