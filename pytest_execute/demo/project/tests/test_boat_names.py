from ferry.boats import Boat


def test_a_boat_goes_by_its_name():
    assert str(Boat("Tern", seats=20)) == "Tern"


def test_a_car_ferry_says_so():
    assert str(Boat("Skua", seats=60, deck=30.0)) == "Skua (car ferry)"
