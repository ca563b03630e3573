from numpy import array, dot, exp

import garden

class TwoLayers:
    def __init__(self, layer1, layer2):
        self.layer1 = layer1
        self.layer2 = layer2

    def __curve(self, x):
        return 1 / (1 + exp(-x))

    def __slope(self, y):
        return y * (1 - y)

    def think(self, inputs):
        middle = self.__curve(dot(inputs, self.layer1))
        return middle, self.__curve(dot(middle, self.layer2))

    def train(self, inputs, outputs, rounds):
        for _ in range(rounds):
            middle, result = self.think(inputs)
            delta2 = (outputs - result) * self.__slope(result)
            delta1 = delta2.dot(self.layer2.T)
            adjustment1 = inputs.T.dot(delta1)
            adjustment2 = middle.T.dot(delta2)
            self.layer1 += adjustment1
            self.layer2 += adjustment2


if __name__ == "__main__":
    layer1 = array([[0.3, -0.2, 0.1, 0.4], [0.5, 0.1, -0.3, 0.2], [-0.1, 0.6, 0.2, 0.1]])
    layer2 = array([[0.4, -0.3, 0.2, 0.1]]).T
    net = TwoLayers(layer1, layer2)
    rows = garden.rows()
    training_inputs = array([[row["a"], row["b"], row["c"]] for row in rows])
    training_outputs = array([[row["d"]] for row in rows])
    net.train(training_inputs, training_outputs, 5000)
    print(net.think(array([0.1, 0.9, 0.2])))
