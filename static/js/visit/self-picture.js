// One's own picture stands in a corner of the other's: dragged, or moved on by its button and the arrow keys.
const CORNERS = ["end-end", "end-start", "start-start", "start-end"];

export function moveSelfPicture(picture) {
  const stage = picture.parentElement;
  const button = picture.querySelector("button");
  let from;
  const put = (corner) => {
    picture.dataset.corner = corner;
    picture.style.transform = "";
  };
  button.addEventListener("click", () => put(CORNERS[(CORNERS.indexOf(picture.dataset.corner) + 1) % 4]));
  button.addEventListener("keydown", (event) => {
    const [block, inline] = picture.dataset.corner.split("-");
    const corner = {
      ArrowUp: `start-${inline}`, ArrowDown: `end-${inline}`, ArrowLeft: `${block}-start`, ArrowRight: `${block}-end`,
    }[event.key];
    if (!corner) return;
    event.preventDefault();
    put(corner);
  });
  picture.addEventListener("pointerdown", (event) => {
    if (event.target.closest("button")) return;
    from = { x: event.clientX, y: event.clientY };
    picture.setPointerCapture(event.pointerId);
  });
  picture.addEventListener("pointermove", (event) => {
    if (from) picture.style.transform = `translate(${event.clientX - from.x}px, ${event.clientY - from.y}px)`;
  });
  const drop = (event) => {
    if (!from) return;
    from = null;
    const box = stage.getBoundingClientRect();
    const block = event.clientY > box.top + box.height / 2 ? "end" : "start";
    const inline = event.clientX > box.left + box.width / 2 ? "end" : "start";
    put(`${block}-${inline}`);
  };
  picture.addEventListener("pointerup", drop);
  picture.addEventListener("pointercancel", drop);
}
