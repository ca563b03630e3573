import numpy as np

def softmax(Z):
    return np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)

def forward_pass(net, X):
    H = np.tanh(X @ net["W1"] + net["b1"])
    return softmax(H @ net["W2"] + net["b2"]), H

def cross_entropy(Yhat, Y):
    return -np.mean(np.sum(Y * np.log(Yhat), axis=1))

def backprop_and_update(net, X, Y, Yhat, H, eta):
    m = X.shape[0]
    E = (Yhat - Y) / m
    D = (E @ net["W2"].T) * (1 - H ** 2)      # before W2 changes!
    net["W2"] -= eta * (H.T @ E)
    net["b2"] -= eta * E.sum(axis=0, keepdims=True)
    net["W1"] -= eta * (X.T @ D)
    net["b1"] -= eta * D.sum(axis=0, keepdims=True)

def train(net, X, Y, eta=0.5, epochs=200):
    losses = []
    for epoch in range(epochs):
        Yhat, H = forward_pass(net, X)
        losses.append(cross_entropy(Yhat, Y))
        backprop_and_update(net, X, Y, Yhat, H, eta)
    return losses
