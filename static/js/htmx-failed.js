// Other times that could not be fetched: says so, with the phone number. The page, and what was typed, stays as it is.
const place = document.getElementById("times-failed");

if (place) {
  const words = place.querySelector("template");
  const clear = () => place.querySelector(".error-summary")?.remove();

  const say = () => {
    clear();
    place.append(words.content.cloneNode(true));
    place.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("htmx:responseError", say); // 503 while the database is away, 500
  document.addEventListener("htmx:sendError", say); // no line, no server
  document.addEventListener("htmx:timeout", say);
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.shouldSwap) clear();
  });
}
