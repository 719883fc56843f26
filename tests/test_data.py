"""The data files that ship with the package are free of faults."""

from marsad.checks import check_data


def test_no_data_file_has_a_fault() -> None:
    assert "\n".join(check_data()) == ""
