import numpy as np
def sm(z):
    e=np.exp(z-z.max(axis=1,keepdims=True))
    return e/e.sum(axis=1,keepdims=True)
def fwd(x,theta):
    W1,b1,W2,b2=theta
    h=np.tanh(x@W1+b1)
    return h,sm(h@W2+b2)
def loss(p,y):
    return -np.sum(y*np.log(p))/y.shape[0]
def bwd(x,y,theta):
    W1,b1,W2,b2=theta
    h,p=fwd(x,theta)
    d2=(p-y)/x.shape[0]
    d1=d2@W2.T
    return [x.T@d1,d1.sum(axis=0,keepdims=True),h.T@d2,d2.sum(axis=0,keepdims=True)]
def train(x,y,theta,lr=.1,n=100):
    for i in range(n):
        for p,g in zip(theta,bwd(x,y,theta)): p-=lr*g
