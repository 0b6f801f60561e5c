from ferry.receipts import receipt


def test_lists_each_fare():
    assert receipt([41, 8])[:2] == ["age  41    9.00", "age   8    4.50"]


def test_ends_with_the_total():
    assert receipt([41, 8])[2:] == ["total     13.50"]
    assert receipt([]) == ["Nothing to pay"]
