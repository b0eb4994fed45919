"""The linear heads by name: the words that `--head` takes."""

LOGISTIC, RIDGE, LDA = HEADS = ("logistic", "ridge", "lda")
