import numpy as np


def to_onehot(labels, n):
    res = np.zeros((len(labels), n))
    res[np.arange(len(labels)), labels] = 1.0
    return res


def train(X_train, y_train, hidden_dim=64, learning_rate=0.01, n_epochs=100):
    n_samples, n_features = X_train.shape
    n_classes = len(np.unique(y_train))
    T = to_onehot(y_train, n_classes)

    w_h = np.random.randn(n_features, hidden_dim) * 0.01
    b_h = np.zeros(hidden_dim)
    w_o = np.random.randn(hidden_dim, n_classes) * 0.01
    b_o = np.zeros(n_classes)

    history = []
    for epoch in range(n_epochs):
        # forward
        zh = X_train @ w_h + b_h
        ah = np.maximum(zh, 0)
        zo = ah @ w_o + b_o
        ez = np.exp(zo - zo.max(axis=1, keepdims=True))
        ao = ez / ez.sum(axis=1, keepdims=True)

        # loss
        loss = -np.sum(T * np.log(ao)) / n_samples
        history.append(loss)

        # backward
        dzo = (ao - T) / n_samples
        dw_o = ah.T @ dzo
        db_o = np.sum(dzo, axis=0)
        dah = dzo @ w_o.T
        dzh = dah * (zh > 0)
        dw_h = X_train.T @ dzh
        db_h = np.sum(dzh, axis=0)

        # update
        w_o -= learning_rate * dw_o
        b_o -= learning_rate * db_o
        w_h -= learning_rate * dw_h
        b_h -= learning_rate * db_h

    return (w_h, b_h, w_o, b_o), history
