from django.urls import URLPattern, path

from reconpro.company.views import company_info, sign_in

urlpatterns: list[URLPattern] = [
    path("", sign_in.home, name="home"),
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("password/", sign_in.change_password, name="change-password"),
    path("company/", company_info.company_info, name="company-info"),
    path("company/integration-settings/", company_info.integration_settings, name="integration-settings"),
    path("reports/", company_info.reports, name="reports"),
]
