"""Keys of names: what a search is compared with, and what tells that two names are the same (I-8)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconpro.company.keys import COMPANY_SUFFIXES, keys_of, keys_of_all, name_key, search_key

WORDS = st.sampled_from(
    [*sorted(COMPANY_SUFFIXES), "Acme", "O'Brien", "A.B.", "Çelik", "’n", "1st", "-", "_", ""]
)
NAMES = st.one_of(
    st.lists(WORDS, max_size=5).map(" ".join),
    st.text(max_size=40),
    st.text(st.sampled_from("aI .,'-_\n\t"), max_size=12),
    st.text("ab c", min_size=215, max_size=230),
)


@pytest.mark.parametrize(
    ("name", "searched", "alike"),
    [
        ("Acme Motors, Inc.", "acme motors inc", "acmemotors"),
        ("ACME  MOTORS", "acme motors", "acmemotors"),
        ("O'Brien & Sons Co. Ltd.", "o brien sons co ltd", "obriensons"),
        ("Inc LLC", "inc llc", "inc"),
        ("Zoë’s Garage", "zoe s garage", "zoesgarage"),
        ("A.B. C", "a b c", "abc"),
        ("  - ", "", ""),
    ],
)
def test_case_accents_punctuation_spacing_and_company_suffixes_are_ignored_i_8(name, searched, alike):
    assert (search_key(name), name_key(name)) == (searched, alike)
    assert keys_of_all([name, "Other"]) == ([searched, "other"], [alike, "other"])


@given(st.lists(NAMES, max_size=8))
def test_the_keys_of_many_names_together_are_those_of_each(names):
    search_keys, name_keys = keys_of_all(names)

    assert list(zip(search_keys, name_keys, strict=True)) == [keys_of(name) for name in names]
