// Lets a worker do the sum that the page asks for, then sends the form again by itself.
const form = document.getElementById("proof-of-work");
const { most, ...challenge } = JSON.parse(document.getElementById("puzzle").textContent);
const status = form.querySelector("[role=status]");
const worker = new Worker(document.currentScript.dataset.worker);

status.textContent = status.dataset.working;
worker.onmessage = ({ data: solution }) => {
  form.elements.proof_of_work.value = btoa(JSON.stringify({ challenge, solution }));
  form.submit();
};
worker.onerror = () => {
  status.textContent = status.dataset.failed;
};
worker.postMessage({ parameters: challenge.parameters, most });
