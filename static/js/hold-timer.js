// The minutes that a time is kept: counts down once a second, spoken at two minutes and at thirty seconds.
const hold = document.querySelector(".hold[data-seconds]");

if (hold) {
  const left = hold.querySelector(".left");
  const bar = hold.querySelector("progress");
  const spoken = hold.querySelector("[data-spoken]");
  const until = performance.now() + Number(hold.dataset.seconds) * 1000;
  // A tab in the background ticks late: each is said once it is due, the latest one only.
  const say = [[120, hold.dataset.twoMinutes], [30, hold.dataset.thirtySeconds]];

  const step = () => {
    const seconds = Math.max(0, Math.round((until - performance.now()) / 1000));
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    bar.value = seconds;
    while (say.length && seconds <= say[0][0]) {
      const [limit, words] = say.shift();
      if (seconds > limit - 60) spoken.textContent = words;
    }
    if (seconds) return;
    clearInterval(timer);
    hold.classList.add("expired");
    hold.querySelector("p").textContent = hold.dataset.over;
    hold.querySelector(".more-time")?.remove();
  };

  const timer = setInterval(step, 1000);
  step();
}
