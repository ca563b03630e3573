import numpy as np

def softmax(z):
    e = np.exp(z - np.max(z, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)

def forward_propagation(X, params):
    Z1 = params["W1"].dot(X) + params["b1"]
    A1 = np.where(Z1 >= 0, Z1, 0)
    Z2 = params["W2"].dot(A1) + params["b2"]
    A2 = softmax(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}

def compute_loss(A2, Y):
    return -np.sum(Y * np.log(A2)) / Y.shape[1]

def backward_propagation(params, cache, X, Y):
    m = X.shape[1]
    dZ2 = (cache["A2"] - Y) / m
    dW2 = dZ2.dot(cache["A1"].T)
    db2 = np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = params["W2"].T.dot(dZ2) * (cache["A1"] >= 0)
    dW1 = dZ1.dot(X.T)
    db1 = np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
