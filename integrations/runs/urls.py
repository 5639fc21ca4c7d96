from django.urls import path

from integrations.runs import views

urlpatterns = [
    path("<int:pk>/", views.run_page, name="run"),
    path("<int:pk>/progress/", views.run_progress, name="run-progress"),
    path("<int:pk>/cancel/", views.run_cancel, name="run-cancel"),
]
