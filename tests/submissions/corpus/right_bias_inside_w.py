import numpy as np
from scipy.optimize import minimize
from scipy.io import loadmat

# data = loadmat('ex4data1.mat')

def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))

def add_ones(A):
    return np.hstack([np.ones((A.shape[0], 1)), A])

def predict(Theta1, Theta2, X):
    a1 = add_ones(X)
    z2 = a1 @ Theta1
    a2 = add_ones(sigmoid(z2))
    h = sigmoid(a2 @ Theta2)
    return a1, z2, a2, h

def nn_cost(Theta1, Theta2, X, Y, lam):
    m = X.shape[0]
    h = predict(Theta1, Theta2, X)[-1]
    J = -(Y * np.log(h) + (1 - Y) * np.log(1 - h)).sum() / m
    J += lam / (2 * m) * ((Theta1[1:] ** 2).sum() + (Theta2[1:] ** 2).sum())
    return J

def nn_grad(Theta1, Theta2, X, Y, lam):
    m = X.shape[0]
    a1, z2, a2, h = predict(Theta1, Theta2, X)
    d3 = h - Y
    d2 = (d3 @ Theta2[1:].T) * sigmoid(z2) * (1 - sigmoid(z2))
    Theta1_grad = a1.T @ d2 / m
    Theta2_grad = a2.T @ d3 / m
    Theta1_grad[1:] += lam / m * Theta1[1:]
    Theta2_grad[1:] += lam / m * Theta2[1:]
    return Theta1_grad, Theta2_grad
