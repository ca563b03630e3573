import torch
import torch.nn as nn

X = torch.tensor(([2, 9], [1, 5], [3, 6]), dtype=torch.float)
y = torch.tensor(([92], [100], [89]), dtype=torch.float)
X = X / torch.max(X, 0)[0]
y = y / 100


class Neural_Network(nn.Module):
    def __init__(self, inputSize=2, outputSize=1, hiddenSize=3):
        super(Neural_Network, self).__init__()
        self.W1 = torch.randn(inputSize, hiddenSize)
        self.W2 = torch.randn(hiddenSize, outputSize)

    def sigmoid(self, s):
        return 1 / (1 + torch.exp(-s))

    def sigmoidPrime(self, s):
        # s is already the output of the sigmoid
        return s * (1 - s)

    def forward(self, X):
        self.z2 = self.sigmoid(torch.matmul(X, self.W1))
        return self.sigmoid(torch.matmul(self.z2, self.W2))

    def backward(self, X, y, o):
        self.o_error = y - o
        self.o_delta = self.o_error * self.sigmoidPrime(o)
        self.z2_error = torch.matmul(self.o_delta, torch.t(self.W2))
        self.z2_delta = self.z2_error * self.sigmoidPrime(self.z2)
        self.W1 += torch.matmul(torch.t(X), self.z2_delta)
        self.W2 += torch.matmul(torch.t(self.z2), self.o_delta)

    def train(self, X, y):
        o = self.forward(X)
        self.backward(X, y, o)


NN = Neural_Network()
for i in range(1000):
    print("#" + str(i) + " Loss: " + str(torch.mean((y - NN(X))**2).detach().item()))
    NN.train(X, y)
