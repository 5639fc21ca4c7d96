"""What every page needs: the tabs and which one is open."""

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, object]:
    return {"company": getattr(request, "company", None)}
