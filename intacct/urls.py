from django.urls import URLPattern, path

from intacct import views

urlpatterns: list[URLPattern] = [
    path("", views.intacct_settings, name="intacct-settings"),
    path("test-connection/", views.test_connection, name="intacct-test-connection"),
    path("read-lists/", views.read_lists, name="intacct-read-lists"),
    path("resume-schedule/", views.resume_schedule, name="intacct-resume-schedule"),
    path("start/<str:operation>/", views.start, name="intacct-start"),
]
