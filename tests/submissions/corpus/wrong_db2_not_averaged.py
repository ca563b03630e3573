import numpy as np

def softmax(z):
    e = np.exp(z - z.max(0))
    return e / e.sum(0)

def model_forward(X, params):
    a1 = np.tanh(params["w1"] @ X + params["b1"])
    return a1, softmax(params["w2"] @ a1 + params["b2"])

def cost(Y, yhat):
    return -np.mean(np.sum(Y * np.log(yhat), axis=0))

def model_backward(X, Y, params):
    a1, yhat = model_forward(X, params)
    m = Y.shape[1]
    dz2 = yhat - Y
    grads = {"dw2": dz2 @ a1.T / m,
             "db2": np.sum(dz2, axis=1, keepdims=True)}
    dz1 = (params["w2"].T @ dz2) * (1 - a1 ** 2)
    grads["dw1"] = dz1 @ X.T / m
    grads["db1"] = np.sum(dz1, axis=1, keepdims=True) / m
    return grads
