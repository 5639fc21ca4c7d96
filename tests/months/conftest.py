"""A company that exported a month's invoices to a simulated gateway, and a ledger to meddle with."""

from tests.exports.gateway import connected, one_simulator, quick, simulator

__all__ = ["connected", "one_simulator", "quick", "simulator"]  # fixtures
