// Says in words when a passkey did not work; allauth's own script only writes to the console.
document.addEventListener("allauth.error", (event) => {
  const problem = document.querySelector(".passkey-problem");
  if (!problem) return;
  event.preventDefault();
  problem.hidden = false;
});

// Enter in the passkey's name does what the button does; the form alone would go out without a key.
const add = document.getElementById("mfa_webauthn_add");
add?.form.addEventListener("submit", (event) => {
  event.preventDefault();
  add.click();
});

// Without the scripts before this one, and the one behind it, a press would send the form without a key.
addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("button.needs-script")) button.disabled = false;
});
