import numpy as np

class Net():
  def __init__(self, D, H, C):
    self.params = {'W1': np.random.randn(D,H)*0.01, 'b1': np.zeros(H), 'W2': np.random.randn(H,C)*0.01, 'b2': np.zeros(C)}

  def scores(self, X):
    self.cache = np.maximum(X.dot(self.params['W1']) + self.params['b1'], 0)
    return self.cache.dot(self.params['W2']) + self.params['b2']

  def loss_and_grads(self, X, y):
    N = X.shape[0]
    s = self.scores(X)
    s = s - s.max(1, keepdims=True)
    logp = s - np.log(np.sum(np.exp(s), 1, keepdims=True))
    loss = -logp[np.arange(N), y].sum()/N
    ds = np.exp(logp)
    ds[np.arange(N), y] -= 1
    ds /= N
    dh = ds.dot(self.params['W2'].T)
    dh = np.where(dh > 0, dh, 0)
    return loss, {'W1': X.T.dot(dh), 'b1': dh.sum(0), 'W2': self.cache.T.dot(ds), 'b2': ds.sum(0)}
