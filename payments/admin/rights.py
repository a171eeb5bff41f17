"""What a member of the staff may do with money, by the names of Django's permissions."""

VIEW, VIEW_BILL = "payments.view_charge", "payments.view_superbill"
CHANGE, REFUND = "payments.change_charge", "payments.refund_payment"
BILL = "payments.add_superbill"
