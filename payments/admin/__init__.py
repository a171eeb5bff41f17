"""Payments on the desk. Each module registers what it shows."""

from payments.admin import billing, money_figures, open_payments, visit_money

__all__ = ["billing", "money_figures", "open_payments", "visit_money"]
