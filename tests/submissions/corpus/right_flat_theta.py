import numpy as np
from scipy.optimize import minimize

n_in, n_hid, n_out = 4, 6, 3
lmbda = 1e-2

def unpack(theta):
    i = n_in * n_hid
    j = i + n_hid
    k = j + n_hid * n_out
    return theta[:i].reshape(n_in, n_hid), theta[i:j], theta[j:k].reshape(n_hid, n_out), theta[k:]

def pack(*arrays):
    return np.concatenate([a.ravel() for a in arrays])

def forward(theta, X):
    W1, b1, W2, b2 = unpack(theta)
    A = np.tanh(X @ W1 + b1)
    Z = A @ W2 + b2
    P = np.exp(Z - Z.max(axis=1, keepdims=True))
    return A, P / P.sum(axis=1, keepdims=True)

def cost(theta, X, Y):
    W1, b1, W2, b2 = unpack(theta)
    _, P = forward(theta, X)
    return -(Y * np.log(P)).sum() / len(X) + lmbda / 2 * ((W1**2).sum() + (W2**2).sum())

def gradient(theta, X, Y):
    W1, b1, W2, b2 = unpack(theta)
    A, P = forward(theta, X)
    D = (P - Y) / len(X)
    E = D @ W2.T * (1 - A**2)
    return pack(X.T @ E + lmbda * W1, E.sum(axis=0), A.T @ D + lmbda * W2, D.sum(axis=0))

# result = minimize(cost, theta0, args=(X, Y), jac=gradient, method='L-BFGS-B')
