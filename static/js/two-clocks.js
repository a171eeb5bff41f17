// Beside times on a provider's clock: what the practice's clock shows then, where the two differ.
const inZone = (zone, options) => new Intl.DateTimeFormat("en-US", { timeZone: zone, ...options });

function offset(moment, zone) {
  const parts = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" };
  const at = {};
  for (const { type, value } of inZone(zone, { ...parts, hourCycle: "h23" }).formatToParts(moment)) at[type] = value;
  return Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute) - moment;
}

// "1 pm", "1:30PM", "13:30": minutes since midnight, or null.
function minutes(text) {
  const found = /^\s*(\d{1,2})(?::(\d{2}))?(?::\d{2})?\s*(?:([ap])\.?m\.?)?\s*$/i.exec(text);
  if (!found || (!found[2] && !found[3])) return null;
  const [, hour, minute = "0", half] = found;
  return ((half ? hour % 12 : +hour) + (/p/i.test(half ?? "") ? 12 : 0)) * 60 + +minute;
}

function there(day, at, theirs, ours) {
  const wall = Date.UTC(...day) + at * 60000;
  const near = wall - offset(wall, theirs);
  const moment = wall - offset(near, theirs);
  return inZone(ours, { hour: "numeric", minute: "2-digit" }).format(moment).toLowerCase();
}

function words(opens, closes, day, theirs, { zone, zoneWords }) {
  const from = minutes(opens.value), to = minutes(closes.value);
  const noon = Date.UTC(...day) + 12 * 3600000;
  if (!theirs || from === null || to === null || offset(noon, theirs) === offset(noon, zone)) return "";
  return `${there(day, from, theirs, zone)} – ${there(day, to || 1440, theirs, zone)} ${zoneWords}`;
}

function dayOf(input) {
  const us = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(input?.value ?? "");
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(input?.value ?? "");
  if (us) return [+us[3], us[1] - 1, +us[2]];
  if (iso) return [+iso[1], iso[2] - 1, +iso[3]];
  const now = new Date();
  return [now.getFullYear(), now.getMonth(), now.getDate()];
}

// Time off, closures and extra hours: one span, of whoever is chosen.
const whom = document.querySelector("select[data-zone]");
if (whom) {
  const { opens, closes, first_day: first } = whom.form.elements;
  const help = document.getElementById("id_opens_helptext") ?? opens.parentNode.appendChild(document.createElement("div"));
  const always = help.textContent.trim();
  help.setAttribute("role", "status");
  const others = [...new Map([...whom.options].map(({ dataset }) => [dataset.clock, dataset.zone]))].filter(([, zone]) => zone);
  const show = () => {
    const chosen = whom.selectedOptions[0];
    const theirs = chosen?.dataset.zone;
    const named = chosen?.dataset.clock ?? always.replace(/\.$/, "");
    // Of the whole clinic: one sentence for each clock that differs from the practice's.
    const clocks = theirs ? [["", theirs]] : chosen?.dataset.clock ? others : [];
    const beside = clocks.map(([zoneWords, zone]) => {
      const then = words(opens, closes, dayOf(first), zone, whom.dataset);
      return then && ` ${zoneWords ? `${zoneWords}: ` : `${whom.dataset.isThen} `}${then}.`;
    });
    help.textContent = `${named}.${beside.join("")}`;
  };
  for (const event of ["input", "change", "focusout"]) whom.form.addEventListener(event, show);
  for (const input of [opens, closes]) {
    input.addEventListener("input", () => {
      const part = whom.form.querySelector("[name=part][value=times]");
      if (part) part.checked = true;
    });
  }
  show();
}

// Weekly hours: each span has its own line.
function showWeek() {
  for (const span of document.querySelectorAll("[data-week] .span")) {
    const [opens, closes] = span.querySelectorAll("input[type=text]");
    const week = span.closest("[data-week]").dataset;
    span.querySelector(".ours").textContent = words(opens, closes, dayOf(null), week.theirs, week);
  }
}
document.addEventListener("input", showWeek);
document.addEventListener("htmx:afterSettle", showWeek);
showWeek();
