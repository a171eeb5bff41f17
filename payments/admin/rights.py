"""The rights by which the desk sees and moves money."""

VIEW, CHANGE = "payments.view_charge", "payments.change_charge"
REFUND = "payments.refund_payment"
VIEW_BILL, BILL = "payments.view_superbill", "payments.add_superbill"
