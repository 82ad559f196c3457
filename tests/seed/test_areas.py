"""Areas of East Kalimantan."""

from collections import Counter
from random import Random

from seed.areas import REGENCY_WEIGHTS, address, areas, pick


def test_all_regencies_have_villages_with_full_codes() -> None:
    assert set(areas()) == set(REGENCY_WEIGHTS)
    assert sum(map(len, areas().values())) == 1038
    for regency, villages in areas().items():
        for area in villages:
            assert len(area.code) == 10
            assert area.code.startswith(regency.replace(".", ""))
            assert len(area.postal) == 5
            assert area.postal.isdigit()


def test_no_district_is_numbered_ninety_or_above() -> None:
    assert max(int(area.code[4:6]) for villages in areas().values() for area in villages) < 90


def test_most_live_near_the_hospital() -> None:
    found = Counter(pick(Random(number)).regency for number in range(400))
    assert found.most_common(1)[0][0] == "Kabupaten Kutai Kartanegara"
    assert len(found) >= 6


def test_an_address_carries_the_codes_of_every_level() -> None:
    area = next(area for area in areas()["64.72"] if area.district == "Palaran")
    result = address(area, "Jl. Ulin Raya No. 3", 4, 12)
    codes = {part["url"]: part["valueCode"] for part in result["extension"][0]["extension"]}
    assert codes == {
        "province": "64",
        "city": "6472",
        "district": "647201",
        "village": area.code,
        "rt": "004",
        "rw": "012",
    }
    assert result["city"] == "Samarinda"
    assert result["country"] == "ID"
