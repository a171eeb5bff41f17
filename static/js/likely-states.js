// The states that keep the clock of this device stand first. Nothing is sent anywhere.
const MOMENTS = [new Date("2026-01-15T12:00Z"), new Date("2026-07-15T12:00Z")];
// Places whose clock belongs to one state.
const ONLY = {
  "America/Detroit": "mi",
  "America/Boise": "id",
  "America/Phoenix": "az",
  "America/Indianapolis": "in",
  "America/Indiana/Indianapolis": "in",
  "America/Louisville": "ky",
  "America/Kentucky/Louisville": "ky",
};

function clock(zone) {
  const format = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
  return MOMENTS.map((moment) => format.format(moment)).join();
}

// 0 for the state that this clock belongs to, then where most people keep it, then where some do.
function rank(item, zone) {
  if (ONLY[zone] === item.dataset.state) return 0;
  const place = item.dataset.zones.split(" ").findIndex((each) => clock(each) === clock(zone));
  return place < 0 ? Infinity : 1 + place;
}

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const all = document.getElementById("states");
if (all && zone) {
  const items = [...all.children].map((item) => ({ item, rank: rank(item, zone) }));
  const likely = items.filter((each) => each.rank < Infinity).sort((a, b) => a.rank - b.rank);
  if (likely.length && likely.length < items.length) {
    const section = document.getElementById("likely");
    section.querySelector("ul").append(...likely.map((each) => each.item));
    section.hidden = false;
    for (const words of document.querySelectorAll("#states-title > span")) words.hidden = !words.hidden;
  }
}
