// Tries each way that a call may take: two connections of this page find each other by it alone.

const PATIENCE = 10_000;
const UNAUTHORIZED = [401, 403, 438, 441];
const page = document.querySelector("[data-connection-test]");
const button = page.querySelector("[data-try]");

button.addEventListener("click", async () => {
  button.disabled = true;
  for (const each of page.querySelectorAll("[data-sum]")) each.hidden = true;
  const found = await Promise.all([...page.querySelectorAll("[data-way]")].map(tryWay));
  const works = found.filter(Boolean).length;
  const sum = works === found.length ? "all" : works ? "some" : "none";
  page.querySelector(`[data-sum="${sum}"]`).hidden = false;
  button.disabled = false;
});

async function tryWay(way) {
  say(way, "trying");
  const began = performance.now();
  const outcome = await connect(JSON.parse(way.querySelector("script").textContent)).catch(() => "silent");
  way.querySelector("[data-milliseconds]").textContent = Math.round(performance.now() - began);
  say(way, outcome);
  return outcome === "works";
}

function say(way, what) {
  for (const each of way.querySelectorAll("[data-says]")) each.hidden = each.dataset.says !== what;
}

// Resolves to "works", "refused" or "silent". A relay that refuses gives no candidate, and no error but an event.
async function connect(server) {
  const settings = server ? { iceServers: [server], iceTransportPolicy: "relay" } : {};
  const [one, other] = [new RTCPeerConnection(settings), new RTCPeerConnection(settings)];
  try {
    const outcome = new Promise((resolve) => {
      let refused = false;
      one.createDataChannel("test").addEventListener("open", () => resolve("works"));
      for (const side of [one, other]) {
        side.addEventListener("icecandidateerror", (event) => { refused ||= UNAUTHORIZED.includes(event.errorCode); });
      }
      setTimeout(() => resolve(refused ? "refused" : "silent"), PATIENCE);
      one.addEventListener("icegatheringstatechange", () => {
        const none = one.iceGatheringState === "complete" && !one.localDescription.sdp.includes("a=candidate");
        if (none && refused) resolve("refused");
      });
    });
    for (const [from, to] of [[one, other], [other, one]]) {
      from.addEventListener("icecandidate", ({ candidate }) => candidate && to.addIceCandidate(candidate).catch(() => {}));
    }
    await one.setLocalDescription();
    await other.setRemoteDescription(one.localDescription);
    await other.setLocalDescription();
    await one.setRemoteDescription(other.localDescription);
    return await outcome;
  } finally {
    one.close();
    other.close();
  }
}
