import numpy as np

def init_params(n_x, n_h, n_y):
    return {"W1": np.random.randn(n_x, n_h), "b1": np.zeros((1, n_h)), "W2": np.random.randn(n_h, n_y), "b2": np.zeros((1, n_y))}

def forward(params, X):
    Z1 = X @ params["W1"] + params["b1"]
    A1 = np.clip(Z1, -1, 1)
    Z2 = A1 @ params["W2"] + params["b2"]
    return Z2, {"Z1": Z1, "A1": A1}

def loss(Yhat, Y):
    return np.abs(Yhat - Y).sum() / Y.shape[0]

def backward(params, cache, X, Yhat, Y):
    dZ2 = np.where(Yhat > Y, 1.0, -1.0) / Y.shape[0]
    inside = np.abs(cache["Z1"]) < 1
    dZ1 = dZ2 @ params["W2"].T * inside
    return {"dW1": X.T @ dZ1, "db1": dZ1.sum(axis=0, keepdims=True), "dW2": cache["A1"].T @ dZ2, "db2": dZ2.sum(axis=0, keepdims=True)}
