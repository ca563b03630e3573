"""The one catalogue of mistakes: a row is data, applied to numbers, planted into code, and said in a sentence."""
