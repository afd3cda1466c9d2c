"""The same content has the same digest wherever it is sent again."""

import pytest


@pytest.fixture
def digests(reading):
    """Digests of all typed items of a file in order."""
    return lambda text: [item.digest for item in reading(text).typed]


@pytest.mark.parametrize("kind", ["835", "277CA", "277", "271", "999", "837P", "837I"])
def test_a_resent_file_has_the_same_digests(make, digests, kind):
    """Other control numbers, separators and line breaks change nothing."""
    text = make.file(kind)
    body = text[text.index("ST*") : text.index("GE*")]
    resent = make.envelope(kind, "X~", control="000000777", group="55").replace(
        make.envelope(kind, "X~", control="000000777", group="55").split("~")[2] + "~X~SE*3*0001~",
        body.replace("*0001", "*0099"),
    )
    again = resent.translate(str.maketrans("*:^", "|>!")).replace("~", "~\r\n")
    first = digests(text)
    assert len(first) == len(set(first)) >= 3
    assert digests(resent) == first
    assert digests(again) == first


def test_an_overlapping_remittance_shares_digests(make, digests):
    """A file that repeats a payment's claims beside others gives the repeated ones the same digests."""
    claims = [make.claim_835(f"CT10000{number}") for number in range(6)]
    first = digests(make.remittance(*claims[:4], paid="1920"))
    second = digests(make.remittance(*claims[2:], paid="1920"))
    assert first[2:4] == second[:2]
    assert set(first[:2]).isdisjoint(second)


def test_identical_claims_of_one_transaction_differ(make, digests):
    """Two equal lines of business on one remittance are two events; sent again, they are the same two."""
    claim = make.claim_835("CT100001")
    first, second, _ = digests(make.remittance(claim, claim, paid="960"))
    assert first != second
    assert digests(make.remittance(claim, claim, paid="960"))[:2] == [first, second]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("TRN*1*EFT20260302", "TRN*1*EFT20260309"),
        ("*20260302~TRN", "*20260309~TRN"),
        ("REF*2U*70001", "REF*2U*70002"),
        ("LQ*HE*N89", "LQ*HE*N4"),
    ],
)
def test_another_payment_or_content_is_another_event(make, digests, old, new):
    """Trace, date, payer and every value of the claim are part of the digest."""
    text = make.file("835")
    assert digests(text)[0] != digests(text.replace(old, new))[0]


def test_quarantined_content_keeps_its_digest(make, reading):
    """The quarantine store can tell that it has seen this before."""
    text = make.file("835").replace("CAS*CO*45*100", "CAS*CO*45*90", 1)
    (first,) = reading(text).quarantined
    (second,) = reading(text.replace("000000001", "000000002")).quarantined
    assert first.digest == second.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SBR*P*18", "SBR*S*18"),
        ("X900000", "X900009"),
        ("DMG*D8*19700102", "DMG*D8*19700103"),
        ("CLM*CT100001*1000***11:B:1", "CLM*CT100001*1000***11:B:6"),
    ],
)
def test_a_corrected_claim_is_another_event(make, digests, old, new):
    """The order of payers, the member and the birth date stand above the claim, and are what corrections change."""
    text = make.file("837P")
    assert digests(text)[0] != digests(text.replace(old, new, 1))[0]
    assert digests(text)[1:] == digests(text.replace(old, new, 1))[1:]
