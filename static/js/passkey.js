// Says in words when a passkey did not work; allauth's own script only writes to the console.
document.addEventListener("allauth.error", (event) => {
  const problem = document.querySelector(".passkey-problem");
  if (!problem) return;
  event.preventDefault();
  problem.hidden = false;
});
