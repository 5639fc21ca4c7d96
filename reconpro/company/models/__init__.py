from reconpro.company.models.client import Client, ClientFromAccounting
from reconpro.company.models.employee import Employee, EmployeeFromAccounting
from reconpro.company.models.first_sign_in import FirstSignIn
from reconpro.company.models.people import Role, User
from reconpro.company.models.records import (
    AccountingRecord,
    ArchivedReason,
    FromAccounting,
)
from reconpro.company.models.service import Service, ServiceFromAccounting
from reconpro.company.models.tenant import Books, Company, Team

__all__ = [
    "AccountingRecord",
    "ArchivedReason",
    "Books",
    "Client",
    "ClientFromAccounting",
    "Company",
    "Employee",
    "EmployeeFromAccounting",
    "FirstSignIn",
    "FromAccounting",
    "Role",
    "Service",
    "ServiceFromAccounting",
    "Team",
    "User",
]
