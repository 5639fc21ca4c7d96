from django.urls import include, path

urlpatterns = [
    path("", include("reconpro.company.urls")),
    path("operations/", include("reconpro.invoices.urls")),
    path("", include("integrations.urls")),
    path("company/intacct/", include("intacct.urls")),
]
