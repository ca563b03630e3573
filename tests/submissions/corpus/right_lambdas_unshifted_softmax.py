import numpy as np
sig = lambda z: 1/(1+np.exp(-z))
softmax = lambda z: np.exp(z)/np.exp(z).sum(-1, keepdims=True)
onehot = lambda y, k=3: np.eye(k)[y]
init = lambda d, h, k: dict(w1=np.random.randn(d, h)/d**.5, b1=np.zeros(h), w2=np.random.randn(h, k)/h**.5, b2=np.zeros(k))

def f(p, x, y):
    h = sig(x @ p['w1'] + p['b1']); q = softmax(h @ p['w2'] + p['b2'])
    L = -np.log(q[np.arange(len(y)), y]).mean()
    d = (q - onehot(y, q.shape[1]))/len(y)
    dh = d @ p['w2'].T * h * (1-h)
    return L, dict(dw1=x.T @ dh, db1=dh.sum(0), dw2=h.T @ d, db2=d.sum(0))

sgd = lambda p, g, lr=.5: {k: p[k] - lr*g['d'+k] for k in p}
