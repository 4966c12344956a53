"""Where somebody stands once their mail is on its way."""

from __future__ import annotations

from tests.cast import Person
from tests.mail.customers import FRANK, Customer


def test_who_wrote_on_the_page_of_a_mail_goes_on_to_the_customer_and_others_stay(
    bob: Person, customer: Customer
) -> None:
    form = {"to": FRANK, "subject": "Our offer", "body": "Dear Frank"}
    url, there = f"{customer.url}/mail", {"HX-Request": "true"}
    host = "https://acme.localhost"
    alone = bob.client.post(url, data=form, headers={**there, "HX-Current-URL": host + url})
    assert alone.headers["HX-Redirect"] == customer.url
    assert "The e-mail is sent in ten seconds." in bob.client.get(customer.url).text
    beside = {**there, "HX-Current-URL": host + customer.url}
    stays = bob.client.post(url, data={**form, "subject": "Another"}, headers=beside)
    assert stays.status_code == 200
    assert "HX-Redirect" not in stays.headers
