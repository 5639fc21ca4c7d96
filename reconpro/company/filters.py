"""What the lists of the Company tab can be narrowed by."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from reconpro.company.keys import search_key
from reconpro.company.models import Employee, Team, User
from reconpro.lists import starts_with

Rows = QuerySet[Any]  # of whichever kind the list shows


def teams_of_request(request: object) -> QuerySet[Team]:
    return Team.objects.filter(company=getattr(request, "company", None), archived_at=None)


class RecordFilter(django_filters.FilterSet):  # type: ignore[misc, unused-ignore]  # it has no types
    """Names and Accounting IDs that begin with what is typed: both are indexed."""

    search = django_filters.CharFilter(
        method="beginning_with",
        label="Name or Accounting ID",
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "Name or Accounting ID begins with", "maxlength": 120}
        ),
    )

    def beginning_with(self, rows: Rows, name: str, text: str) -> Rows:
        # Each way of finding by its own index, then together: an OR would make SQLite read the whole list.
        everything = rows.model._default_manager.filter(company=self.request.company)
        first, *others = (everything.filter(way).values("pk") for way in self.ways(text))
        return rows.filter(pk__in=first.union(*others))

    def ways(self, text: str) -> list[Q]:
        # Accounting IDs are told apart by case; most are written in capitals and typed without.
        ways = [starts_with("accounting_id", text), starts_with("accounting_id", text.upper())]
        if key := search_key(text):
            ways.append(starts_with("search_key", key))
        return ways


class EmployeeFilter(RecordFilter):
    team = django_filters.ModelChoiceFilter(
        queryset=teams_of_request,
        label="Team",
        empty_label="All teams",
        widget=forms.Select(attrs={"class": "form-select choice"}),
    )

    def ways(self, text: str) -> list[Q]:
        # Employees are few beside clients, and people look for them by last name too.
        return [*super().ways(text), Q(last_name__istartswith=text)]

    class Meta:
        model = Employee
        fields: list[str] = []


class UserFilter(django_filters.FilterSet):  # type: ignore[misc, unused-ignore]  # it has no types
    search = django_filters.CharFilter(
        method="containing",
        label="Name or user name",
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "Name or user name", "maxlength": 120}
        ),
    )

    def containing(self, rows: QuerySet[User], name: str, text: str) -> QuerySet[User]:
        return rows.filter(Q(name__icontains=text) | Q(username__icontains=text))
