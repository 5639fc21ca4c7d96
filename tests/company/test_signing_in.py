"""Signing in and out, and one's own password."""

import pytest
from django.urls import reverse

from tests import factories

SIGN_IN = "sign-in"


def sign_in(client, username, password=factories.PASSWORD, **more):
    return client.post(reverse(SIGN_IN), {"username": username, "password": password, **more})


def test_signing_in_leads_to_company_info(client, administrator):
    response = sign_in(client, administrator.username)
    assert client.get(response.url).url == reverse("company-info")


def test_signing_in_leads_back_to_where_one_wanted_to_go_but_never_to_another_site(client, administrator):
    assert sign_in(client, administrator.username, next="/company/teams/").url == "/company/teams/"
    client.post(reverse("sign-out"))
    assert sign_in(client, administrator.username, next="https://evil.example/").url == reverse("home")


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(client, administrator):
    answers = [
        sign_in(client, administrator.username, "wrong"),
        sign_in(client, "nobody@demo.example", "wrong"),
    ]
    assert {str(answer.context["form"].errors) for answer in answers} == {
        str(answers[0].context["form"].errors)
    }
    assert b"go together" in answers[0].content
    assert b"wrong" not in answers[0].content


def test_too_many_attempts_close_the_sign_in_for_a_while(client, administrator, settings):
    settings.AXES_ENABLED = True
    settings.AXES_FAILURE_LIMIT = 3
    for _ in range(3):
        response = sign_in(client, administrator.username, "wrong")
    assert response.status_code == 429
    assert b"Too many attempts" in response.content
    assert sign_in(client, administrator.username).status_code == 429


def test_signing_out_needs_a_post(client, administrator):
    sign_in(client, administrator.username)
    page = client.get(reverse("sign-out"))
    assert page.status_code == 200
    assert f'<form method="post" action="{reverse("sign-out")}"' in page.content.decode().split("<main")[1]
    assert client.get(reverse("company-info")).status_code == 200
    client.post(reverse("sign-out"))
    assert client.get(reverse("company-info")).status_code == 302


def test_who_is_signed_out_already_is_led_to_the_sign_in(client):
    assert client.get(reverse("sign-out")).url == reverse("sign-in")


@pytest.mark.parametrize("person", ["administrator", "accountant", "work_manager", "technician"])
def test_everybody_changes_the_own_password(request, client_of, person):
    user = request.getfixturevalue(person)
    here, elsewhere = client_of(user), client_of(user)

    response = here.post(
        reverse("change-password"),
        {
            "old_password": factories.PASSWORD,
            "new_password1": "a brand new lantern",
            "new_password2": "a brand new lantern",
        },
    )

    assert response.status_code == 302
    user.refresh_from_db()
    assert user.check_password("a brand new lantern")
    assert here.get(reverse("change-password")).status_code == 200
    assert elsewhere.get(reverse("change-password")).status_code == 302


def test_the_present_password_is_asked_for(administrator, client_of):
    response = client_of(administrator).post(
        reverse("change-password"),
        {
            "old_password": "guess",
            "new_password1": "a brand new lantern",
            "new_password2": "a brand new lantern",
        },
    )
    assert "present password" in str(response.context["form"].errors["old_password"])
    administrator.refresh_from_db()
    assert administrator.check_password(factories.PASSWORD)


def test_a_form_without_its_token_gets_a_page_that_says_what_to_do(administrator):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(administrator, backend="django.contrib.auth.backends.ModelBackend")
    response = browser.post(reverse("team-new"), {"name": "North"})
    assert response.status_code == 403
    assert b"Please send it once more" in response.content
