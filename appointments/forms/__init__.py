"""What patients type: a form says what was typed; whether a time is free is for `booking`."""
